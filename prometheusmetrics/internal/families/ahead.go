package families

import "github.com/go-metrics-plus/metrics/prometheusmetrics/internal/wire"

// Block is how many families or series are read ahead.
const Block = wire.Block

// Ahead brings families that are appended next, a Block at most, into the processor's
// cache. They lie scattered in memory, and each leads to its name, its help text and its
// series, one after the other: where they are many, most of the work is to wait for them.
// Read in turns, they are waited for together.
func (w *Writer) Ahead(next []*Family) { w.seen = touchFamilies(next) }

// touchFamilies reads families, a Block at most, level by level. It returns something, so
// that the compiler does not leave out what it does; so do the others here.
func touchFamilies(next []*Family) (n int) {
	for _, f := range next {
		n += len(f.Name) + len(f.Series)
	}
	var first [Block]*Series
	for i, f := range next {
		n += wire.Ends(f.Name) + wire.Ends(f.Help)
		first[i] = f.Series[0] // the others are for touchSeries
	}
	return n + touch(first[:len(next)])
}

// touchSeries reads series of one family, from one on that is a multiple of Block.
func touchSeries(series []*Series, from int) int {
	if len(series) == 1 {
		return 0 // touchFamilies has
	}
	return touch(series[from:min(from+Block, len(series))])
}

func touch(series []*Series) (n int) {
	for _, s := range series {
		n += int(s.Slot)
	}
	for _, s := range series {
		n += s.Labels.Touch()
	}
	return n
}
