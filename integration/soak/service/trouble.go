package main

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/go-metrics-plus/metrics/integration/soak/truth"
)

// maxTrouble is how long a trouble waits for flushes that see it. Where there is
// nobody to scrape, some drivers don't flush.
const maxTrouble = 20 * time.Second

// troubles are what the service can do to its drivers. To add one, write a function
// and put it here; the test makes it at random moments.
var troubles = map[string]func(*occasion){
	"panic":     panicking,
	"hang":      hanging,
	"late":      late,
	"callback":  callingBack,
	"health":    flapping,
	"sick":      hangingHealth,
	"duplicate": duplicates,
	"label":     reservedLabel,
	"clash":     clashes,
	"churn":     churn,
}

// An occasion is one time that a trouble is made.
type occasion struct {
	*service
	trouble string
	number  int64
}

// makeTrouble begins a trouble, which ends by itself.
func (s *service) makeTrouble(w http.ResponseWriter, r *http.Request) {
	name := r.PathValue("name")
	trouble, found := troubles[name]
	if !found {
		http.NotFound(w, r)
		return
	}
	o := &occasion{service: s, trouble: name, number: s.occasions.Add(1)}
	s.troubles.Go(func() { trouble(o) })
}

// name names a metric of this occasion.
func (o *occasion) name(kind string) string { return fmt.Sprintf("trouble.%s.%d", kind, o.number) }

// allowed says what drivers may report of this occasion.
func (o *occasion) allowed(c truth.Cause) {
	c.Trouble = o.trouble
	c.Seen = nil
	must(o.causes.Add(c))
}

// demanded says what drivers must have reported by now: those of the main registry
// that have flushed whole since the marks, and are not limited.
func (o *occasion) demanded(c truth.Cause, since map[*driver]int64, drivers ...string) {
	c.Trouble = o.trouble
	for d, mark := range since {
		wanted := len(drivers) == 0
		for _, name := range drivers {
			wanted = wanted || name == d.name
		}
		if wanted && !d.limited && d.marks.Count() >= mark+seenAfter {
			c.Seen = append(c.Seen, d.name)
		}
	}
	must(o.causes.Add(c))
}

// seenAfter is how many more flushes must have begun until one is over for sure, with
// its reports, that began after a moment.
const seenAfter = 3

// marks are how many flushes the drivers of the main registry have begun.
func (o *occasion) marks() map[*driver]int64 {
	marks := map[*driver]int64{}
	for _, d := range o.drivers {
		if d.reads["main"] {
			marks[d] = d.marks.Count()
		}
	}
	return marks
}

// awaitFlushes waits until all drivers have seen what was there at the marks, or for
// as long as a trouble may last.
func (o *occasion) awaitFlushes(since map[*driver]int64) {
	ctx, cancel := context.WithTimeout(o.ctx, maxTrouble)
	defer cancel()
	for d, mark := range since {
		for d.marks.Count() < mark+seenAfter && ctx.Err() == nil {
			wait(ctx, pause)
		}
	}
}
