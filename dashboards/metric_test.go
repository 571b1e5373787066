package dashboards

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

func TestShapes(t *testing.T) {
	const text = `# TYPE a_total counter
a_total 1
# TYPE queue gauge
queue 1
# HELP n_c_count My c: current count
# TYPE n_c_count gauge
n_c_count 1
# HELP n_g_gauge g: current value, in seconds
# TYPE n_g_gauge gauge
n_g_gauge 1
# HELP n_t_count t: count since the start
# TYPE n_t_count gauge
n_t_count 1
# HELP n_t_mean t: mean of the recent sample, in nanoseconds
# TYPE n_t_mean gauge
n_t_mean 1
# TYPE n_t_percentile_99_9 gauge
n_t_percentile_99_9 1
# TYPE n_m_count gauge
n_m_count 1
# TYPE n_m_rate_1min gauge
n_m_rate_1min 1
# TYPE db_healthy gauge
db_healthy 1
# TYPE build_info gauge
build_info{version="1"} 1
# TYPE start_time_seconds gauge
x_start_time_seconds 1
# TYPE q gauge
q{quantile="0.5"} 1
# TYPE h histogram
h_bucket{le="+Inf"} 1
h_sum 1
h_count 1
# TYPE s summary
s{quantile="0.5"} 1
s_sum 1
s_count 1
untyped 1
# TYPE lone_mean gauge
lone_mean 1
`
	got := make(map[string]shape)
	for _, m := range metricsOf(readFamilies(fromText(t, text))) {
		got[m.base] = m.shape
	}
	want := map[string]shape{
		"a_total": counterShape, "queue": gaugeShape, "n_c": totalShape, "n_g": gaugeShape, "n_t": statisticsShape,
		"n_m": statisticsShape, "db": healthShape, "build": infoShape, "x_start_time_seconds": timestampShape,
		"q": quantileShape, "h": histogramShape, "s": summaryShape, "untyped": gaugeShape, "lone_mean": gaugeShape,
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("shapes\n%v, want\n%v", got, want)
	}
}

func TestSplitHelp(t *testing.T) {
	for _, test := range []struct{ help, text, unit string }{
		{"Time it took: 0.999 quantile of the recent sample, in seconds", "Time it took", "seconds"},
		{"Time it took: variance of the recent sample, in nanoseconds squared", "Time it took", "nanoseconds"},
		{"Orders: events per second, 15 minutes moving average", "Orders", ""},
		{"When: it was: current value, in seconds", "When: it was", "seconds"},
		{"Orders by what came of them.", "Orders by what came of them.", ""},
		{"Reads: in bytes", "Reads: in bytes", ""},
	} {
		if text, unit := splitHelp(test.help); text != test.text || unit != test.unit {
			t.Errorf("%q is %q in %q, want %q in %q", test.help, text, unit, test.text, test.unit)
		}
	}
}

// Families with names that PromQL can't write, without series, or given twice.
func TestReadFamilies(t *testing.T) {
	families := fromText(t, `a{z="1",b="2"} 1
a{c="1",job="theirs"} 2
`)
	families = append(families, families[0])
	odd := fromText(t, "b 1\n")[0]
	*odd.Name = "with.dot"
	empty := fromText(t, "c 1\n")[0]
	empty.Metric = nil
	got := readFamilies(append(families, odd, empty))
	if len(got) != 1 || !slices.Equal(got[0].labels, []string{"b", "c", "exported_job", "z"}) {
		t.Errorf("read %d families, the first with labels %v", len(got), got[0].labels)
	}
}

func TestGroups(t *testing.T) {
	var text strings.Builder
	for i := range 10 {
		fmt.Fprintf(&text, "shop_db_read%d 1\nshop_web_hit%d 1\n", i, i)
	}
	text.WriteString("shop_odd 1\nalone 1\nanother_one 1\nmail_sent 1\nmail_lost 1\ngo_goroutines 1\n" +
		"go_godebug_non_default_behavior_x 1\n")
	var got []string
	for _, g := range modelOf(t, text.String()).groups {
		got = append(got, fmt.Sprintf("%s %d %v", g.title(), len(g.metrics), g.standard))
	}
	want := []string{"mail 2 false", "shop db 10 false", "shop web 10 false", "shop 1 false", "Other metrics 2 false", "go 1 true"}
	if !slices.Equal(got, want) {
		t.Errorf("rows\n%q, want\n%q", got, want)
	}
}

func TestUnits(t *testing.T) {
	for _, test := range []struct{ name, value, rate string }{
		{"x_seconds", "s", "percentunit"},
		{"x_cpu_seconds_total", "s", "percentunit"},
		{"x_bytes_total", "bytes", "binBps"},
		{"x_ratio", "percentunit", "cps"},
		{"x_total", "short", "cps"},
		{"x_celsius", "celsius", "cps"},
	} {
		unit := unitOfName(test.name)
		if value, rate := valueUnit(unit), rateUnit(unit); value != test.value || rate != test.rate {
			t.Errorf("%s: %s and %s, want %s and %s", test.name, value, rate, test.value, test.rate)
		}
	}
}

func TestLegendsOfPercentiles(t *testing.T) {
	for part, want := range map[string]string{
		"percentile_75": "p75", "percentile_99_0": "p99", "percentile_99_9": "p99.9", "percentile_99_99": "p99.99",
		"median": "median", "rate_5min": "5min",
	} {
		if got := partTitle(part); got != want {
			t.Errorf("%s is called %s, want %s", part, got, want)
		}
	}
}
