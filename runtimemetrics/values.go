package runtimemetrics

import (
	"maps"
	"math"
	"sync/atomic"

	"github.com/go-metrics-plus/metrics"
)

// number is a value that is read while it is updated.
type number struct {
	bits    atomic.Uint64
	missing atomic.Bool
}

func (n *number) update(v float64, ok bool) {
	if ok {
		n.bits.Store(math.Float64bits(v))
	}
	n.missing.Store(!ok)
}

func (n *number) load() float64 { return math.Float64frombits(n.bits.Load()) }

// present reports whether the last reading found a value.
func (n *number) present() bool { return !n.missing.Load() }

type gauge struct{ number }

// Value returns the value as it was last read.
func (g *gauge) Value() float64 { return g.load() }

type counter struct{ number }

// Count returns the total since the start of the process, as it was last read.
func (c *counter) Count() float64 { return c.load() }

// info is a gauge that is always 1; its labels say it all.
type info struct{ labels metrics.Labels }

func (info) present() bool { return true }

// Value returns 1.
func (info) Value() float64 { return 1 }

// Labels returns a copy of the labels.
func (i *info) Labels() metrics.Labels { return maps.Clone(i.labels) }
