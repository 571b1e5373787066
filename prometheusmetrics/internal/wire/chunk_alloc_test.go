//go:build !race

// The race detector has sync.Pool forget what it holds at random, so what is
// allocated under it says nothing.

package wire

import (
	"strings"
	"testing"
)

func TestRenderingAllocatesLittle(t *testing.T) {
	text := strings.Repeat("some_series_name 12345.678\n", 20_000)
	for coding := range codings {
		render(coding, text)
		allocs := testing.AllocsPerRun(10, func() {
			renderer := NewRenderer(coding, len(text))
			renderer.Buffer = append(renderer.Buffer, text...)
			Join(coding, "# EOF\n", renderer.End())
		})
		if allocs > 12 {
			t.Errorf("%v: %v allocations", coding, allocs)
		}
	}
}
