package live

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"
	"time"

	"github.com/go-metrics-plus/metrics/prometheusmetrics"
)

// explainer is a gatherer that says what it makes of each metric: our driver.
type explainer interface {
	Explain() []prometheusmetrics.Explanation
}

// reporter is a gatherer that tells how it is doing: our driver.
type reporter interface {
	Status() prometheusmetrics.Status
}

// health answers what only a driver knows: what it leaves out and why, and how
// its flushes go. It asks at most once in a while, for all viewers.
type health struct {
	gatherers []any

	mu     sync.Mutex
	last   *answer
	asked  time.Time
	asking chan struct{} // closed when the driver has answered; nil if it is not being asked
}

// healthAge is how old an answer may be, and maxProblems how many metrics one
// lists; all are counted.
const (
	healthAge   = 2 * time.Second
	maxProblems = 500
)

func newHealth(sources []source) *health {
	h := &health{}
	for _, s := range sources {
		h.gatherers = append(h.gatherers, s.gatherer)
	}
	return h
}

// answer waits for the driver, since Explain waits for a flush that goes on, but
// no longer than patience.
func (h *health) answer(ctx context.Context) (*answer, error) {
	h.mu.Lock()
	if h.last != nil && time.Since(h.asked) < healthAge {
		defer h.mu.Unlock()
		return h.last, nil
	}
	if h.asking == nil {
		h.asking, h.asked = make(chan struct{}), time.Now()
		go h.ask()
	}
	asking := h.asking
	h.mu.Unlock()

	timer := time.NewTimer(patience)
	defer timer.Stop()
	select {
	case <-asking:
	case <-timer.C:
		return nil, problem{503, "the driver is still busy with a flush"}
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.last, nil
}

// ask keeps the answer; a driver that panics is mentioned in it.
func (h *health) ask() {
	report := healthReport{V: version, Drivers: []driverReport{}}
	defer func() {
		if cause := recover(); cause != nil {
			report.Error = fmt.Sprintf("explaining panicked: %v", cause)
		}
		body, _ := json.Marshal(report) // strings and integers can be marshalled
		h.mu.Lock()
		defer h.mu.Unlock()
		h.last = &answer{plain: append(body, '\n')}
		close(h.asking)
		h.asking = nil
	}()
	for _, g := range h.gatherers {
		if driver, ok := newDriverReport(g); ok {
			report.Drivers = append(report.Drivers, driver)
		}
	}
}

// healthReport is what the address health answers.
type healthReport struct {
	V       int            `json:"v"`
	Drivers []driverReport `json:"drivers"`
	Error   string         `json:"error,omitempty"`
}

// driverReport is about one driver. Times are in ms, and 0 means unknown.
type driverReport struct {
	Metrics       int             `json:"metrics"`
	LeftOut       int             `json:"left_out"`
	Suspect       int             `json:"suspect"` // exposed, but not to be trusted
	Dropped       int             `json:"dropped"`
	Series        int             `json:"series"`
	MaxSeries     int             `json:"max_series"`
	LastFlush     int64           `json:"last_flush"`
	FlushDuration float64         `json:"flush_duration"`
	FlushInterval float64         `json:"flush_interval"`
	Problems      []problemReport `json:"problems"`
	Checks        []string        `json:"checks"` // series of health checks
}

// problemReport is a metric that is left out, or not to be trusted.
type problemReport struct {
	Metric string `json:"metric"`
	Kind   string `json:"kind"`
	Type   string `json:"type"`
	Reason string `json:"reason"`
	Rule   string `json:"rule,omitempty"`
	Error  string `json:"error"`
}

func newDriverReport(g any) (driverReport, bool) {
	report := driverReport{Problems: []problemReport{}, Checks: []string{}}
	explaining, explains := g.(explainer)
	reporting, reports := g.(reporter)
	if explains {
		for _, e := range explaining.Explain() {
			report.add(e)
		}
	}
	if reports {
		status := reporting.Status()
		report.Series, report.MaxSeries = status.Series, status.MaxSeries
		report.FlushDuration = milliseconds(status.FlushDuration)
		report.FlushInterval = milliseconds(status.FlushInterval)
		if !status.LastFlush.IsZero() {
			report.LastFlush = status.LastFlush.UnixMilli()
		}
	}
	return report, explains || reports
}

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

func (r *driverReport) add(e prometheusmetrics.Explanation) {
	r.Metrics++
	switch {
	case e.Dropped:
		r.Dropped++
		return
	case e.Problem == nil:
		if e.Kind == "healthcheck" && len(r.Checks) < maxProblems {
			r.Checks = append(r.Checks, e.Series...)
		}
		return
	}
	if len(e.Series) > 0 && e.Problem.Reason != prometheusmetrics.ReasonRegistered {
		r.Suspect++
	} else {
		r.LeftOut++
	}
	if len(r.Problems) >= maxProblems {
		return
	}
	alone := prometheusmetrics.Explanation{Name: e.Name, Labels: e.Labels, Kind: e.Kind, Type: e.Type}
	r.Problems = append(r.Problems, problemReport{
		Metric: cut(alone.String(), maxText),
		Kind:   e.Kind, Type: e.Type, Rule: e.Rule,
		Reason: string(e.Problem.Reason), Error: cut(e.Problem.Err.Error(), maxText),
	})
}
