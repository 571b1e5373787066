package lines

import (
	"cmp"
	"math"
	"slices"
	"strconv"
)

// Sorted returns the labels in the order of their names, as gatherers should hand them
// over. It copies them only if they are not.
func Sorted[L interface{ GetName() string }](labels []L) []L {
	byName := func(a, b L) int { return cmp.Compare(a.GetName(), b.GetName()) }
	if slices.IsSortedFunc(labels, byName) {
		return labels
	}
	labels = slices.Clone(labels)
	slices.SortFunc(labels, byName)
	return labels
}

// FormatBound writes the bound of a bucket, or a quantile, as a label has it.
func FormatBound(bound float64) string { return strconv.FormatFloat(bound, 'g', -1, 64) }

// IsFinite reports whether a value is neither NaN nor infinite.
func IsFinite(value float64) bool { return !math.IsNaN(value) && !math.IsInf(value, 0) }
