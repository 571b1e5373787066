package soak

import (
	"fmt"
	"strings"
	"time"

	"github.com/prometheus/common/model"

	"github.com/go-metrics-plus/metrics/integration/soak/truth"
)

// checkFinalValues checks, once the load has ended, that every job shows every
// driver that lives with exactly what was counted, and that of every life before no
// more is missing than one scrape's worth.
func (r *run) checkFinalValues() {
	lives := r.readLives()
	for _, s := range r.services {
		for id, l := range lives {
			if id.service != s.name || id.generation != s.generation {
				continue
			}
			for _, job := range jobsOf(id.driver) {
				id.job = job
				r.checkFinal(id, l)
			}
			if id.driver != "push" && id.driver != sentDriver {
				r.checkNative(id, l)
			}
		}
		r.checkLives(s, lives)
	}
}

// jobsOf are the jobs that show a driver. One for other programs has receivers instead.
func jobsOf(driver string) []string {
	switch driver {
	case "push":
		return []string{gatewayJob}
	case "own":
		return []string{"own"}
	case sentDriver:
		return nil
	}
	return []string{"metrics", "promhttp"}
}

// checkFinal checks that nothing has been recorded since the last flush that was
// shown. Then its bounds, which the value lies between, are one.
func (r *run) checkFinal(id showing, l life) {
	last, found := r.values.last[id]
	if !found || len(l.history.Marks) == 0 {
		r.fail(finalCheck, "%+v was never shown", id)
		return
	}
	end := l.history.Marks[len(l.history.Marks)-1]
	for _, f := range l.driver.Figures {
		shown, now := last.mark.Slots[f.Slot], end.Slots[f.Slot]
		r.count(finalCheck, 1)
		if shown != now || shown.Done != shown.Begun {
			r.fail(finalCheck, "%+v: %s was last shown at %v, flush %d, with %+v, and has become %+v, flush %d",
				id, f.Series, last.at, last.mark.Number, shown, now, end.Number)
		}
	}
}

// checkNative compares counts and sums of native histograms, which are no series of
// their own.
func (r *run) checkNative(id showing, l life) {
	end := l.history.Marks[len(l.history.Marks)-1]
	for _, f := range l.driver.Figures {
		for suffix, function := range map[string]string{"_count": "histogram_count", "_sum": "histogram_sum"} {
			name, ok := strings.CutSuffix(f.Series, suffix)
			if !ok {
				continue
			}
			vector, err := r.server.Query(fmt.Sprintf(`sum by (job) (%s(%s{service=%q}))`, function, name, id.service))
			if err != nil {
				r.fail(nativeCheck, "%v", err)
			}
			r.compareNative(f, end, vector)
		}
	}
}

func (r *run) compareNative(f truth.Figure, end truth.Mark, vector model.Vector) {
	for _, sample := range vector {
		want := float64(end.Slots[f.Slot].Done) * f.Scale
		r.count(nativeCheck, 1)
		if !between(float64(sample.Value), want, want) {
			r.fail(nativeCheck, "%s in %v is %v, want %v", f.Series, sample.Metric, sample.Value, want)
		}
	}
}

// checkLives checks that a life which was ended by a kill was seen up to the scrape
// before: what Prometheus' increase over all lives lacks is what was recorded since.
func (r *run) checkLives(s *service, lives map[showing]life) {
	for id, l := range lives {
		if id.service != s.name || id.generation == s.generation || id.driver != "typed" || len(l.history.Marks) == 0 {
			continue
		}
		id.job = "metrics"
		end := l.history.Marks[len(l.history.Marks)-1]
		last, seen := r.values.last[id]
		if !seen {
			last = lastValue{at: l.history.Marks[0].At, mark: truth.Mark{At: l.history.Marks[0].At}}
		}
		r.count(livesCheck, 1)
		// A flush each second, and a scrape of it in the next.
		if unseen := end.At.Sub(last.mark.At); unseen > 3*scrapeInterval && !r.mayLose(s.name, last.mark.At, end.At) {
			r.fail(livesCheck, "%+v: of %v before its end nothing was seen", id, unseen.Round(time.Millisecond))
		}
	}
}
