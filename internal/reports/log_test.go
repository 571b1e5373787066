package reports

import (
	"errors"
	"fmt"
	"testing"

	"github.com/go-metrics-plus/metrics/internal/logtest"
)

func TestLog(t *testing.T) {
	text := logtest.Capture(t)
	var ours Log
	others := Log{Package: "hashicorp"}
	for range 3 {
		ours.Once("a", "broken", errors.New("cause"))
		ours.Once("b", "broken", errors.New("cause"))
		ours.Once("a", "gone", errors.New("cause"))
		others.Once("a", "gone", errors.New("cause"))
	}
	want := `level=ERROR msg="metrics: broken" metric=a error=cause
level=ERROR msg="metrics: broken" metric=b error=cause
level=ERROR msg="metrics: gone" metric=a error=cause
level=ERROR msg="hashicorp: gone" metric=a error=cause
`
	if text.String() != want {
		t.Errorf("logged\n%swant\n%s", text, want)
	}
}

// TestLogIsBounded: a program that makes names up fills neither memory nor log.
func TestLogIsBounded(t *testing.T) {
	text := logtest.Capture(t)
	var l Log
	for i := range 10 * maxLogged {
		l.Once(fmt.Sprint(i), "broken", nil)
	}
	if lines := text.Lines(); lines != maxLogged || len(l.seen) != maxLogged {
		t.Errorf("%d lines, and %d problems kept, want %d", lines, len(l.seen), maxLogged)
	}
}
