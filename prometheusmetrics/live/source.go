package live

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
)

// source is one gatherer with what it offers beyond gathering.
type source struct {
	gatherer prometheus.Gatherer
	lending  prometheus.TransactionalGatherer // nil unless it lends its families
	flushed  func() time.Time                 // nil unless it tells when its values were read
}

// flusher is a gatherer whose values are as old as its last flush: our driver.
type flusher interface{ LastFlush() time.Time }

// lender is a gatherer that can spare the copying of families: our driver.
type lender interface {
	Transactional() prometheus.TransactionalGatherer
}

// newSources takes prometheus.Gatherers apart, so that each source keeps its own
// times, and one that fails costs only itself. Nil means the default gatherer.
func newSources(g prometheus.Gatherer) []source {
	if g == nil {
		g = prometheus.DefaultGatherer
	}
	if several, ok := g.(prometheus.Gatherers); ok {
		var sources []source
		for _, one := range several {
			if one != nil {
				sources = append(sources, newSources(one)...)
			}
		}
		return sources
	}
	s := source{gatherer: g}
	if l, ok := g.(lender); ok {
		s.lending = l.Transactional()
	}
	if f, ok := g.(flusher); ok {
		s.flushed = f.LastFlush
	}
	return []source{s}
}

// batch is what one source gathered.
type batch struct {
	families []*dto.MetricFamily
	time     int64 // ms since 1970
	done     func()
	err      error
}

// gather reads the source. Whatever it does, panic or end its goroutine, costs
// only this batch.
func (s source) gather() batch {
	result := batch{err: errors.New("gathering ended its goroutine"), done: func() {}}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		defer func() {
			if cause := recover(); cause != nil {
				result.err = fmt.Errorf("gathering panicked: %v", cause)
			}
		}()
		result = s.gatherUnguarded()
	}()
	<-ended
	return result
}

func (s source) gatherUnguarded() batch {
	b := batch{time: time.Now().UnixMilli(), done: func() {}}
	if s.lending != nil {
		b.families, b.done, b.err = s.lending.Gather()
	} else {
		b.families, b.err = s.gatherer.Gather()
	}
	if s.flushed != nil {
		if at := s.flushed(); !at.IsZero() {
			b.time = at.UnixMilli()
		}
	}
	return b
}

func gatherAll(sources []source) []batch {
	batches := make([]batch, len(sources))
	for i, s := range sources {
		batches[i] = s.gather()
	}
	return batches
}

// release hands back what was lent.
func release(batches []batch) {
	for _, b := range batches {
		b.done()
	}
}

// joinErrors tells of all batches' errors in one short text.
func joinErrors(batches []batch) string {
	failed := slices.DeleteFunc(slices.Clone(batches), func(b batch) bool { return b.err == nil })
	errs := make([]error, len(failed))
	for i, b := range failed {
		errs[i] = b.err
	}
	if err := errors.Join(errs...); err != nil {
		return cut(err.Error(), maxText)
	}
	return ""
}
