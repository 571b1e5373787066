package live

import (
	"cmp"
	"net/http"
	"os"
	"path/filepath"
	"time"
)

// Config says how a Page behaves. The zero value works.
type Config struct {
	// Title stands at the top of the page; empty means the name of the program.
	Title string

	// Interval is how often metrics are gathered while somebody looks. 0 means a
	// second, and less than 100 ms means 100 ms.
	Interval time.Duration

	// History is how many of the last minutes are kept for whoever opens the page
	// next, at most an hour. 0 keeps none, and gathers nothing while nobody looks.
	// With more, metrics are gathered every Interval, always, until Close.
	History time.Duration

	// HistoryBytes bounds what History keeps: where it is reached first, fewer
	// minutes are kept. 0 means 16 MiB.
	HistoryBytes int

	// MaxViewers is how many pages are served at a time; one more is refused. 0
	// means 16.
	MaxViewers int

	// MaxSeries is how many series are shown; the page says how many are left out.
	// 0 means 50,000.
	MaxSeries int

	// MaxBytes bounds the answer that has all series, before it is compressed, to
	// within a tenth; series beyond it are left out like those beyond MaxSeries. 0
	// means 32 MiB.
	MaxBytes int

	// Authorize reports whether a request may see the page; those that may not are
	// answered with 403. Nil means that everybody may. It is called for every file
	// and every answer, by many goroutines at a time.
	Authorize func(*http.Request) bool
}

const (
	minInterval = 100 * time.Millisecond
	maxHistory  = time.Hour
)

// complete fills in what was left out. Nonsense is brought into range rather than
// refused: a page for looking is no reason for a program not to start.
func (c Config) complete() Config {
	c.Title = cmp.Or(c.Title, filepath.Base(os.Args[0]))
	c.Interval = max(cmp.Or(c.Interval, time.Second), minInterval)
	c.History = min(max(c.History, 0), maxHistory)
	c.HistoryBytes = positive(c.HistoryBytes, 16<<20)
	c.MaxViewers = positive(c.MaxViewers, 16)
	c.MaxSeries = positive(c.MaxSeries, 50_000)
	c.MaxBytes = positive(c.MaxBytes, 32<<20)
	return c
}

func positive(n, otherwise int) int {
	if n > 0 {
		return n
	}
	return otherwise
}
