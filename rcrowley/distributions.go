package rcrowley

import (
	"time"

	gometrics "github.com/rcrowley/go-metrics"

	"github.com/go-metrics-plus/metrics"
)

type histogram struct{ metrics.Histogram }

var _ gometrics.Histogram = histogram{}

func (h histogram) Sample() gometrics.Sample      { return sample{h.Histogram.Sample()} }
func (h histogram) Snapshot() gometrics.Histogram { return histogramSnapshot{h.Histogram.Snapshot()} }
func (h histogram) Instrument() any               { return h.Histogram }

type histogramSnapshot struct{ metrics.HistogramSnapshot }

var _ gometrics.Histogram = histogramSnapshot{}

func (histogramSnapshot) Clear()                          {}
func (histogramSnapshot) Update(int64)                    {}
func (s histogramSnapshot) Sample() gometrics.Sample      { return sample{s.HistogramSnapshot.Sample()} }
func (s histogramSnapshot) Snapshot() gometrics.Histogram { return s }
func (s histogramSnapshot) Instrument() any               { return s.HistogramSnapshot }

type timer struct{ metrics.Timer }

var _ gometrics.Timer = timer{}

func (t timer) Snapshot() gometrics.Timer { return timerSnapshot{t.Timer.Snapshot()} }
func (t timer) Instrument() any           { return t.Timer }

type timerSnapshot struct{ metrics.TimerSnapshot }

var _ gometrics.Timer = timerSnapshot{}

func (timerSnapshot) Stop()                       {}
func (timerSnapshot) Time(f func())               { f() } // whose work must not be lost
func (timerSnapshot) Update(time.Duration)        {}
func (timerSnapshot) UpdateSince(time.Time)       {}
func (s timerSnapshot) Snapshot() gometrics.Timer { return s }
func (s timerSnapshot) Instrument() any           { return s.TimerSnapshot }

// sample is the sample of a histogram, live or of a snapshot.
type sample struct{ metrics.Sample }

var _ gometrics.Sample = sample{}

func (s sample) Snapshot() gometrics.Sample { return sample{s.Sample.Snapshot()} }
