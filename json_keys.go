package metrics

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// seriesValues is a series as GetAll shows it.
type seriesValues struct {
	name   string
	labels *labelSet
	values map[string]any
}

// keyed gives each series a key of its own: the name, with the labels behind it if
// there are some. If a series without labels is named like that, the name in the key
// is quoted.
func keyed(all []seriesValues) map[string]map[string]any {
	result := make(map[string]map[string]any, len(all))
	for _, s := range all {
		if s.labels == nil {
			result[s.name] = s.values
		}
	}
	for _, s := range all {
		if s.labels == nil {
			continue
		}
		name := s.name
		for taken(result, name+s.labels.String()) {
			name = strconv.Quote(name)
		}
		result[name+s.labels.String()] = s.values
	}
	return result
}

func taken[V any](m map[string]V, key string) bool {
	_, ok := m[key]
	return ok
}

// validKeys replaces keys that are not UTF-8, several of which could become the same in
// JSON. Their invalid bytes are written as \xff, and the key is quoted where there is
// such a key already.
func validKeys[V any](all map[string]V) {
	var wrong []string
	for key := range all {
		if !utf8.ValidString(key) {
			wrong = append(wrong, key)
		}
	}
	slices.Sort(wrong)
	for _, key := range wrong {
		valid := escapeInvalid(key)
		for taken(all, valid) {
			valid = strconv.Quote(valid)
		}
		all[valid] = all[key]
		delete(all, key)
	}
}

// escapeInvalid writes bytes that are not UTF-8 as \xff.
func escapeInvalid(s string) string {
	var b strings.Builder
	for s != "" {
		r, size := utf8.DecodeRuneInString(s)
		if r == utf8.RuneError && size == 1 {
			fmt.Fprintf(&b, `\x%02x`, s[0])
		} else {
			b.WriteString(s[:size])
		}
		s = s[size:]
	}
	return b.String()
}
