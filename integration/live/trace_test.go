package live

import (
	"context"
	"encoding/json"
	"sync"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/tracing"
	"github.com/chromedp/chromedp"
)

// trace returns the longest task of the page's main thread while f runs, by its
// processor time: on a machine that others keep busy, the time that goes by says
// nothing about the page.
func (p *tab) trace(f func()) time.Duration {
	p.t.Helper()
	var mu sync.Mutex
	var events []traceEvent
	complete := make(chan struct{})
	listening, stop := context.WithCancel(p.ctx)
	defer stop()
	if err := chromedp.Listen(listening, func(event any) {
		switch event := event.(type) {
		case *tracing.EventDataCollected:
			mu.Lock()
			defer mu.Unlock()
			for _, raw := range event.Value {
				var e traceEvent
				if json.Unmarshal(raw, &e) == nil {
					events = append(events, e)
				}
			}
		case *tracing.EventTracingComplete:
			close(complete)
		}
	}); err != nil {
		p.t.Fatal(err)
	}
	config := &tracing.TraceConfig{IncludedCategories: []string{"disabled-by-default-devtools.timeline"}, ExcludedCategories: []string{"*"}}
	if _, err := chromedp.Call(p.ctx, tracing.Start, tracing.StartParams{TraceConfig: config}); err != nil {
		p.t.Fatal(err)
	}
	f()
	if _, err := chromedp.Call(p.ctx, tracing.End, cdp.Empty{}); err != nil {
		p.t.Fatal(err)
	}
	select {
	case <-complete:
	case <-p.ctx.Done():
		p.t.Fatal("the trace did not end")
	}
	mu.Lock()
	defer mu.Unlock()
	return longestTask(p, events)
}

// traceEvent is one of the events of a trace, as Chromium writes them.
type traceEvent struct {
	Name       string  `json:"name"`
	Process    int     `json:"pid"`
	Thread     int     `json:"tid"`
	ThreadTime float64 `json:"tdur"` // µs
	Args       struct {
		Name string `json:"name"`
	} `json:"args"`
}

func longestTask(p *tab, events []traceEvent) time.Duration {
	p.t.Helper()
	type thread struct{ process, thread int }
	pages := make(map[thread]bool)
	for _, e := range events {
		if e.Name == "thread_name" && e.Args.Name == "CrRendererMain" {
			pages[thread{e.Process, e.Thread}] = true
		}
	}
	longest, tasks := time.Duration(0), 0
	for _, e := range events {
		if e.Name == "RunTask" && pages[thread{e.Process, e.Thread}] {
			longest = max(longest, time.Duration(e.ThreadTime*1e3))
			tasks++
		}
	}
	if tasks < 100 || longest == 0 {
		p.t.Fatalf("the trace has %d tasks of the page in %d events, the longest of %v", tasks, len(events), longest)
	}
	return longest
}
