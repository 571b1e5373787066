package prometheusmetrics

import (
	"bytes"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"

	"github.com/go-metrics-plus/metrics/prometheusmetrics/internal/wire"
)

// TestAnswersByNames: of one gathering, each choice of families has its own answer, and
// the same choice the same.
func TestAnswersByNames(t *testing.T) {
	h := newHandler(0, nil, func([]error) {})
	v := &view{runs: []run{{families: []*dto.MetricFamily{gaugeFamily("a", gaugeSeries(1)), gaugeFamily("b", gaugeSeries(2))}}}}
	format := wire.NewFormat(expfmt.FmtText)
	text := func(names ...string) string {
		return string(bytes.Join(v.answer(h, format, wire.Identity, names).parts, nil))
	}
	for range 2 {
		for want, names := range map[string][]string{
			"# TYPE a gauge\na 1\n": {"a"}, "# TYPE b gauge\nb 2\n": {"b"}, "": {"c"},
			"# TYPE a gauge\na 1\n# TYPE b gauge\nb 2\n": nil,
		} {
			if got := text(names...); got != want {
				t.Errorf("families %q are %q, want %q", names, got, want)
			}
		}
	}
	if n := len(v.answers); n != 4 {
		t.Errorf("%d answers were made for four choices", n)
	}
}

// TestEncodingIsReportedOnce for as long as it lasts, in each format, and not by
// requests for some of the families.
func TestEncodingIsReportedOnce(t *testing.T) {
	broken := gaugeFamily("broken", &dto.Metric{}) // has no value
	current := broken
	g := prometheus.GathererFunc(func() ([]*dto.MetricFamily, error) {
		return []*dto.MetricFamily{gaugeFamily("a", gaugeSeries(1)), current}, nil
	})
	log := &errorLog{}
	h := HandlerOptions{OnError: log.add}.HandlerFor(g)
	for i, test := range []struct {
		family   *dto.MetricFamily
		target   string
		accept   string
		reported int
	}{
		{broken, "/?name[]=broken", "", 0},
		{broken, "/", "", 1},
		{broken, "/", "", 1},
		{broken, "/", "application/openmetrics-text", 2},
		{gaugeFamily("broken", gaugeSeries(2)), "/", "", 2},
		{broken, "/", "", 3},
		{broken, "/", "application/openmetrics-text", 3},
	} {
		current = test.family
		if got := body(t, get(h, test.target, test.accept, "")); !strings.Contains(test.target, "name") && !strings.Contains(got, "\na 1") {
			t.Errorf("request %d: %q", i, got)
		}
		if got := log.reasons(); len(got) != test.reported {
			t.Errorf("request %d: reported %q, want %d", i, got, test.reported)
		}
	}
}
