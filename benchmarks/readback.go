package benchmarks

import (
	"bytes"
	"net/http"
	"strconv"
	"strings"
)

// totalsOf adds up what a scrape in text shows: the samples whose names end like
// counts, and those that end like sums. Where there is no sum, the values of
// what has no suffix are taken for it, which is right for gauges.
func totalsOf(h http.Handler) (count, sum float64) {
	body, err := fetch(h, Text, false)
	must(err)
	return totalsIn(body)
}

func totalsIn(body []byte) (count, sum float64) {
	for line := range bytes.Lines(body) {
		name, value, ok := sampleIn(string(line))
		switch {
		case !ok:
		case strings.HasSuffix(name, "_count") || strings.HasSuffix(name, "_total"):
			count += value
		case strings.HasSuffix(name, "_sum") || strings.HasSuffix(name, "_gauge"):
			sum += value
		}
	}
	return count, sum
}

// sampleIn takes a line of an exposition apart: the name without labels, and the
// value.
func sampleIn(line string) (name string, value float64, ok bool) {
	line = strings.TrimSpace(line)
	at := strings.LastIndexByte(line, ' ')
	if at < 0 || line[0] == '#' {
		return "", 0, false
	}
	value, err := strconv.ParseFloat(line[at+1:], 64)
	name, _, _ = strings.Cut(line[:at], "{")
	return strings.TrimSpace(name), value, err == nil
}
