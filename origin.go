package metrics

import (
	"sync/atomic"
	"time"
)

// origin is what every instrument has beside its values.
type origin struct {
	labels  *labelSet
	created atomic.Int64 // wall clock, nanoseconds since 1970
}

// begin marks the instrument as made, or cleared, just now.
func (o *origin) begin() { o.created.Store(time.Now().UnixNano()) }

// provenance copies the origin for a snapshot.
func (o *origin) provenance() provenance { return provenance{o.labels, o.created.Load()} }

// provenance is what every snapshot has of its instrument beside the values.
type provenance struct {
	labels  *labelSet
	created int64
}

// Labels returns a copy of the labels, never nil.
func (p provenance) Labels() Labels { return p.labels.Labels() }

// Created returns when the instrument was made or last cleared, by the wall
// clock. It is the zero time for the snapshot of a no-op.
func (p provenance) Created() time.Time {
	if p.created == 0 {
		return time.Time{}
	}
	return time.Unix(0, p.created)
}

// labelSet makes labelsOf read snapshots, which embed their provenance.
func (p provenance) labelSet() *labelSet { return p.labels }

// with returns the provenance with labels added.
func (p provenance) with(labels Labels) provenance {
	return provenance{p.labels.with(labels), p.created}
}
