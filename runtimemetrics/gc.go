package runtimemetrics

import (
	"runtime"
	"runtime/debug"
	"slices"
	"sync/atomic"
	"time"

	"github.com/go-metrics-plus/metrics"
)

// addBasics adds what client_golang has had from the beginning.
func (r *Reader) addBasics() {
	goroutines := r.sample("/sched/goroutines:goroutines")
	r.addGauge("go_goroutines", "Number of goroutines that currently exist.", "",
		func() (float64, bool) { return r.number(goroutines) })
	r.addGauge("go_threads", "Number of OS threads created.", "", func() (float64, bool) {
		n, _ := runtime.ThreadCreateProfile(nil)
		return float64(n), true
	})
	r.add("go_info", metrics.Description{Help: "Information about the Go environment."},
		&info{metrics.Labels{"version": runtime.Version()}})

	var stats debug.GCStats // reused, so that its slices are
	pauses := new(gcPauses)
	r.add("go_gc_duration_seconds", metrics.Description{
		Help: "Wall-time pauses (stop-the-world) in garbage collection cycles.",
	}, pauses)
	r.readings = append(r.readings, func() {
		debug.ReadGCStats(&stats)
		pauses.update(&stats)
	})
	r.addGauge("go_memstats_last_gc_time_seconds", "Number of seconds since 1970 of last garbage collection.", "",
		func() (float64, bool) { return float64(stats.LastGC.UnixNano()) / 1e9, true })
}

// gcPauses is a summary of the pauses: count and sum of all, percentiles of the last
// 256, which the runtime keeps, in seconds.
type gcPauses struct{ last atomic.Pointer[pauseValues] }

type pauseValues struct {
	count, sum int64
	recent     *metrics.SampleSnapshot // in nanoseconds
}

func (p *gcPauses) update(stats *debug.GCStats) {
	if last := p.last.Load(); last != nil && last.count == stats.NumGC {
		return
	}
	values := make([]int64, len(stats.Pause))
	for i, pause := range stats.Pause {
		values[i] = int64(pause)
	}
	slices.Sort(values)
	p.last.Store(&pauseValues{stats.NumGC, int64(stats.PauseTotal), metrics.NewSampleSnapshot(stats.NumGC, values)})
}

func (p *gcPauses) present() bool { return p.last.Load() != nil }

// Count returns how many collections there were.
func (p *gcPauses) Count() int64 { return p.last.Load().count }

// SumFloat64 returns how long all pauses were together.
func (p *gcPauses) SumFloat64() float64 { return time.Duration(p.last.Load().sum).Seconds() }

// Percentiles returns the percentiles of the recent pauses.
func (p *gcPauses) Percentiles(ps []float64) []float64 {
	seconds := p.last.Load().recent.Percentiles(ps)
	for i := range seconds {
		seconds[i] /= float64(time.Second)
	}
	return seconds
}

// Mean returns the mean of the recent pauses.
func (p *gcPauses) Mean() float64 { return p.last.Load().recent.Mean() / float64(time.Second) }

// StdDev returns the standard deviation of the recent pauses.
func (p *gcPauses) StdDev() float64 { return p.last.Load().recent.StdDev() / float64(time.Second) }

// Variance returns the variance of the recent pauses, in square seconds.
func (p *gcPauses) Variance() float64 { return p.StdDev() * p.StdDev() }
