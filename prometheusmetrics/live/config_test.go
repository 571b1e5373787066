package live

import (
	"reflect"
	"strings"
	"testing"
	"time"
)

// Nonsense is brought into range, and what is left out gets the documented value.
func TestConfigIsCompleted(t *testing.T) {
	for name, test := range map[string]struct{ given, want Config }{
		"zero": {Config{Title: "t"}, Config{Title: "t", Interval: time.Second, HistoryBytes: 16 << 20, MaxViewers: 16,
			MaxSeries: 50_000, MaxBytes: 32 << 20}},
		"negative": {Config{Title: "t", Interval: -1, History: -1, HistoryBytes: -1, MaxViewers: -1, MaxSeries: -1, MaxBytes: -1},
			Config{Title: "t", Interval: minInterval, HistoryBytes: 16 << 20, MaxViewers: 16, MaxSeries: 50_000, MaxBytes: 32 << 20}},
		"given": {Config{Title: "t", Interval: minInterval, History: maxHistory, HistoryBytes: 1, MaxViewers: 1, MaxSeries: 1, MaxBytes: 1},
			Config{Title: "t", Interval: minInterval, History: maxHistory, HistoryBytes: 1, MaxViewers: 1, MaxSeries: 1, MaxBytes: 1}},
		"too much": {Config{Title: "t", Interval: time.Hour, History: 2 * maxHistory},
			Config{Title: "t", Interval: time.Hour, History: maxHistory, HistoryBytes: 16 << 20, MaxViewers: 16,
				MaxSeries: 50_000, MaxBytes: 32 << 20}},
	} {
		if got := test.given.complete(); !reflect.DeepEqual(got, test.want) {
			t.Errorf("%s: %+v, want %+v", name, got, test.want)
		}
	}
	if title := (Config{}).complete().Title; title == "" || strings.Contains(title, "/") {
		t.Errorf("the title is %q", title)
	}
}
