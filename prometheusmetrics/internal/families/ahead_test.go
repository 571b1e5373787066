package families

import (
	"fmt"
	"testing"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"

	"github.com/go-metrics-plus/metrics/prometheusmetrics/internal/wire"
)

// TestAheadChangesNothing: what is read ahead is written as without, and nothing is
// allocated for it, be there one series or more than a block, with labels or without.
func TestAheadChangesNothing(t *testing.T) {
	e := &Exposition{Numbers: make([]float64, 100)}
	for n := range 3 {
		var series []*Series
		for i := range []int{1, Block, 2*Block + 1}[n] {
			s := &Series{Slot: uint32(i)}
			if i > 0 {
				s.Labels = wire.NewLabels("i", fmt.Sprint(i))
			}
			series = append(series, s)
		}
		help := []string{"", "Help.", "H"}[n]
		e.Families = append(e.Families, NewFamily(fmt.Sprint("f", n), help, "", dto.MetricType_GAUGE, series))
	}
	write := func(w *Writer) (text []byte) {
		for _, f := range e.Families {
			text, _ = w.Append(text, f)
		}
		return text
	}
	format := wire.NewFormat(expfmt.FmtText)
	w := e.NewWriter(format)
	if n := testing.AllocsPerRun(10, func() { w.Ahead(e.Families) }); n > 0 {
		t.Errorf("reading ahead allocates %v times", n)
	}
	if got, want := string(write(w)), string(write(e.NewWriter(format))); got != want || len(got) < 1000 {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}
