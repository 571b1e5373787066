package integration

import (
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-metrics-plus/metrics/integration/harness"
)

// recorded is the series under which the service has the latencies that a test
// sent it.
const recorded = `example_service_latency_seconds%s{route="/record"}`

// recordedSeries returns the classic series of a suffix, the native one for none.
func recordedSeries(suffix string) string { return fmt.Sprintf(recorded, suffix) }

// record sends latencies to a service that was started with -record.
func record(t *testing.T, base string, latencies []time.Duration) {
	t.Helper()
	var body strings.Builder
	for _, latency := range latencies {
		fmt.Fprintln(&body, latency)
	}
	response, err := http.Post(base+"/record", "text/plain", strings.NewReader(body.String()))
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	if want := fmt.Sprintf("recorded %d\n", len(latencies)); err != nil || string(answer) != want {
		t.Fatalf("recording %d latencies: %q, %v", len(latencies), answer, err)
	}
}

// distributions are those that the instances of a service have: one that waits
// for others, one with a cache, and one with a tail that has no variance.
var distributions = []struct {
	name string
	draw func(*rand.Rand) time.Duration
}{
	{"log-normal", func(r *rand.Rand) time.Duration {
		return time.Duration(30e6 * math.Exp(0.6*r.NormFloat64()))
	}},
	{"bimodal", func(r *rand.Rand) time.Duration {
		if r.IntN(10) == 0 {
			return time.Duration(15e6 + 10e6*r.Float64())
		}
		return time.Duration(5e5 + 1e6*r.Float64())
	}},
	{"Pareto", func(r *rand.Rand) time.Duration {
		return time.Duration(2e6 * math.Pow(1-r.Float64(), -1/1.8))
	}},
}

const latenciesEach = 20_000

// drawAll returns the latencies of each instance, the same at each run.
func drawAll() (each [][]time.Duration, all []time.Duration) {
	for i, distribution := range distributions {
		random := rand.New(rand.NewPCG(4, uint64(i)))
		var drawn []time.Duration
		for range latenciesEach {
			drawn = append(drawn, min(distribution.draw(random), 50*time.Second))
		}
		each, all = append(each, drawn), append(all, drawn...)
	}
	return each, all
}

// exactQuantile is the value of rank ⌈q·n⌉, which is what Prometheus looks for.
func exactQuantile(sorted []time.Duration, q float64) float64 {
	rank := int(math.Ceil(q*float64(len(sorted)) - 1e-9))
	return sorted[min(max(rank, 1), len(sorted))-1].Seconds()
}

// classicBounds are those that timers have by default, in seconds.
var classicBounds = []float64{
	0, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 25, 50, 60,
}

// classicBucket returns the bounds of the bucket that a value falls into.
func classicBucket(seconds float64) (lower, upper float64) {
	at, _ := slices.BinarySearch(classicBounds, seconds)
	return classicBounds[at-1], classicBounds[at]
}

// wholeRate is PromQL for the rate of all that the targets counted, summed by the
// labels. At the time of a target's last sample there is nothing to extrapolate:
// a series begins with the zero that Prometheus makes of its creation time. So
// these rates are exact, and add up to exact ones.
func wholeRate(t *testing.T, p *harness.Prometheus, suffix, by string, targets []string) string {
	t.Helper()
	var rates []string
	for _, target := range targets {
		series := strings.TrimSuffix(recordedSeries(suffix), "}") + fmt.Sprintf(`,instance=%q}`, target)
		at, err := p.Value("max(timestamp(" + series + "))")
		if err != nil {
			t.Fatal(err)
		}
		rates = append(rates, fmt.Sprintf("rate(%s[10m] @ %.3f)", series, at))
	}
	return fmt.Sprintf("sum by (%s) (%s)", by, strings.Join(rates, " or "))
}

// startTyped starts services in the typed layout, and a Prometheus that has seen
// them before anything is recorded.
func startTyped(t *testing.T, n int) (urls, targets []string, p *harness.Prometheus) {
	t.Helper()
	for range n {
		service := harness.StartService(t, "-layout", "typed", "-record")
		urls, targets = append(urls, service.URL), append(targets, service.Address)
	}
	p = harness.StartTypedPrometheus(t, harness.Job{Name: "service", Targets: targets})
	p.AwaitScrapes(t)
	return urls, targets, p
}

// Three instances whose latencies have nothing in common: the quantiles that
// Prometheus finds for all of them together are the true ones to within the
// bucket, and the mean is exact. No percentile that an instance computes itself
// can be added up like that.
func TestQuantilesOverInstances(t *testing.T) {
	each, all := drawAll()
	slices.Sort(all)
	urls, targets, p := startTyped(t, len(each))
	const batches = 4 // over several scrapes
	for batch := range batches {
		for i, url := range urls {
			n := latenciesEach / batches
			record(t, url, each[i][batch*n:(batch+1)*n])
		}
		if batch < batches-1 {
			p.AwaitScrapes(t)
		}
	}
	count := fmt.Sprintf("sum(%s)", recordedSeries("_count"))
	harness.Eventually(t, "everything", func() error { return equal(p, count, float64(len(all))) })
	wantValue(t, p, fmt.Sprintf("sum(histogram_count(%s))", recordedSeries("")), float64(len(all)))

	nativeRate := wholeRate(t, p, "", "", targets)
	classicRate := wholeRate(t, p, "_bucket", "le", targets)
	table := []string{"quantile  exact         native        (off by)  native rate   classic       classic rate  bucket"}
	for _, q := range []float64{0.5, 0.9, 0.99, 0.999} {
		exact := exactQuantile(all, q)
		lower, upper := classicBucket(exact)
		native := quantileOf(t, p, q, "sum("+recordedSeries("")+")", exact*0.95, exact*1.05)
		rated := quantileOf(t, p, q, nativeRate, exact*0.95, exact*1.05)
		classic := quantileOf(t, p, q, "sum by (le) ("+recordedSeries("_bucket")+")", lower, upper)
		classicRated := quantileOf(t, p, q, classicRate, lower, upper)
		table = append(table, fmt.Sprintf("%-8v  %-12.9f  %-12.9f  %+6.2f %%  %-12.9f  %-12.9f  %-12.9f  %v to %v",
			q, exact, native, 100*(native/exact-1), rated, classic, classicRated, lower, upper))
	}
	t.Log("\n" + strings.Join(table, "\n"))
	checkMeans(t, p, targets, each, all)
}

// quantileOf asks for a quantile and expects it within bounds.
func quantileOf(t *testing.T, p *harness.Prometheus, q float64, histogram string, least, most float64) float64 {
	t.Helper()
	promql := fmt.Sprintf("histogram_quantile(%v, %s)", q, histogram)
	got, err := p.Value(promql)
	if err != nil {
		t.Fatal(err)
	}
	if !(got >= least && got <= most) {
		t.Errorf("%s = %v, want %v to %v", promql, got, least, most)
	}
	return got
}

// checkMeans compares the mean of each instance, and of all, with the true one.
func checkMeans(t *testing.T, p *harness.Prometheus, targets []string, each [][]time.Duration, all []time.Duration) {
	t.Helper()
	check := func(name string, targets []string, latencies []time.Duration) {
		exact := seconds(latencies) / float64(len(latencies))
		sum, count := wholeRate(t, p, "_sum", "", targets), wholeRate(t, p, "_count", "", targets)
		native := wholeRate(t, p, "", "", targets)
		for kind, promql := range map[string]string{
			"rate(sum)/rate(count)": fmt.Sprintf("%s / %s", sum, count),
			"histogram_avg(rate)":   fmt.Sprintf("histogram_avg(%s)", native),
		} {
			got, err := p.Value(promql)
			if err != nil {
				t.Fatal(err)
			}
			t.Logf("mean of %s: exact %.12g, %s %.12g", name, exact, kind, got)
			if math.Abs(got/exact-1) > 1e-9 {
				t.Errorf("mean of %s: %s = %v, want %v", name, promql, got, exact)
			}
		}
	}
	for i, distribution := range distributions {
		check(distribution.name, targets[i:i+1], each[i])
	}
	check("all", targets, all)
}
