package hashicorp

import (
	"errors"
	"fmt"
	"testing"
)

// Each problem of a name is logged once, and a program that makes names up fills
// neither the log nor the memory.
func TestReporter(t *testing.T) {
	log := captureLog(t)
	var r reporter
	for range 3 {
		r.once("left out", "a", errors.New("why"))
		r.once("left out", "b", errors.New("why"))
		r.once("not counted", "a", errors.New("why"))
	}
	wantLogged(t, log, "hashicorp: left out", 2)
	wantLogged(t, log, "hashicorp: not counted", 1)
	for i := range 2 * reporterLimit {
		r.once("left out", fmt.Sprint(i), errors.New("why"))
	}
	wantLogged(t, log, "hashicorp: ", reporterLimit)
	if len(r.seen) != reporterLimit {
		t.Errorf("%d problems are remembered, want %d", len(r.seen), reporterLimit)
	}
}
