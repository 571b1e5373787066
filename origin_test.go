package metrics

import (
	"testing"
	"testing/synctest"
	"time"
)

func TestProvenance(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		made := time.Now()
		c := NewCounter(Labels{"a": "1"})
		time.Sleep(time.Hour)
		if got := c.Created(); !got.Equal(made) {
			t.Errorf("created %v, want %v", got, made)
		}
		c.Clear()
		if got := c.Created(); !got.Equal(made.Add(time.Hour)) {
			t.Errorf("cleared %v, want %v", got, made.Add(time.Hour))
		}
		snapshot := c.Snapshot()
		time.Sleep(time.Hour)
		c.Clear()
		if got := snapshot.Created(); !got.Equal(made.Add(time.Hour)) {
			t.Errorf("the snapshot's creation time moved to %v", got)
		}
	})
}
