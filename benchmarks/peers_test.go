package benchmarks

import (
	"bytes"
	"errors"
	"io"
	"math"
	"slices"
	"testing"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
)

// TestInstruments checks, for every instrument of every library, that what was
// recorded is all there: else a fast one might just have done nothing.
func TestInstruments(t *testing.T) {
	values := logNormalValues(3)
	for _, peer := range Peers() {
		for _, in := range peer.Instruments {
			t.Run(peer.Name+" "+in.Name, func(t *testing.T) {
				r := in.Open(names("test", 3))
				r.Spread(values)
				r.One(values)
				count, sum := r.Totals()
				wantCount, wantSum := expected(in.Kind, values)
				if count != wantCount {
					t.Errorf("count is %v, want %v", count, wantCount)
				}
				if !near(sum, wantSum) && !near(sum, wantSum*1e9) {
					t.Errorf("sum is %v, want %v seconds or as many nanoseconds", sum, wantSum)
				}
			})
		}
	}
}

// expected is what three instruments show after Spread and One.
func expected(kind Kind, values []Value) (count, sum float64) {
	last := make(map[int]float64)
	for _, v := range values {
		last[v.At] = v.Seconds
		count, sum = count+2, sum+2*v.Seconds
	}
	switch kind {
	case Counter, Meter:
		return count, 0
	case Gauge:
		return 0, values[len(values)-1].Seconds + last[1] + last[2]
	}
	return count, sum
}

// near allows for the precision of a float32, which one of the libraries takes.
func near(a, b float64) bool { return math.Abs(a-b) <= 1e-6*math.Abs(b) }

func TestLookups(t *testing.T) {
	for _, peer := range Peers() {
		for _, lookup := range peer.Lookups {
			count, total := lookup.Open()
			count(pairs())
			count(pairs()[:10])
			if got := total(); got != batch+10 {
				t.Errorf("%s %s counted %v, want %v", peer.Name, lookup.Name, got, batch+10)
			}
		}
	}
}

func TestChurns(t *testing.T) {
	for _, peer := range Peers() {
		for _, churn := range peer.Churns {
			work, registered := churn.Open(names("other", 7))
			if got := registered(); got != 7 {
				t.Errorf("%s %s: %d registered at first, want 7", peer.Name, churn.Name, got)
			}
			work(names("id", 100))
			if got := registered(); got != 7 {
				t.Errorf("%s %s: %d registered in the end, want 7", peer.Name, churn.Name, got)
			}
		}
	}
}

// TestWorlds checks that updates show in each format after a flush, and that the
// families and series are the same in all.
func TestWorlds(t *testing.T) {
	size := SmallSize()
	for _, peer := range Peers() {
		for _, world := range peer.Worlds {
			t.Run(peer.Name+" "+world.Name+" "+string(world.Layout), func(t *testing.T) {
				e := openWorld(world, size, size.PerKind)
				before := exposed(t, e, Text)
				e.Update(logNormalValues(1)[:100])
				if e.Record != nil {
					e.Record(1, logNormalValues(1)[0])
				}
				if e.Flush != nil {
					e.Flush()
				}
				after := exposed(t, e, Text)
				if bytes.Equal(before, after) {
					t.Error("updates don't show")
				}
				if len(e.Formats) > 1 {
					checkFormats(t, e)
				}
				if world.Layout == Gauges || world.Layout == Labelled && len(e.Formats) > 1 {
					checkCounts(t, e, size)
				}
			})
		}
	}
}

func exposed(t *testing.T, e *Exposed, format Format) []byte {
	t.Helper()
	body, err := fetch(e.Handler, format, false)
	if err != nil {
		t.Fatal(err)
	}
	return body
}

// checkFormats compares what comes in each format, plain and compressed.
func checkFormats(t *testing.T, e *Exposed) {
	t.Helper()
	want := e.Gather()
	for _, format := range e.Formats {
		plain := exposed(t, e, format)
		unzipped, err := fetch(e.Handler, format, true)
		if err != nil {
			t.Fatal(err)
		}
		if len(unzipped) < len(plain)*9/10 || len(unzipped) > len(plain)*11/10 {
			t.Errorf("%s: %d bytes, and %d when compressed", format, len(plain), len(unzipped))
		}
		if format == Protobuf {
			if got := seriesIn(t, plain); got != want {
				t.Errorf("protobuf has %d series, gathering gives %d", got, want)
			}
		} else if got := samples(plain); got < want {
			t.Errorf("%s has %d samples, gathering gives %d series", format, got, want)
		}
	}
}

func seriesIn(t *testing.T, body []byte) (n int) {
	t.Helper()
	decoder := expfmt.NewDecoder(bytes.NewReader(body), expfmt.NewFormat(expfmt.TypeProtoDelim))
	for {
		var family dto.MetricFamily
		err := decoder.Decode(&family)
		if errors.Is(err, io.EOF) {
			return n
		}
		if err != nil {
			t.Fatal(err)
		}
		n += len(family.Metric)
	}
}

// checkCounts checks the number of gauges.
func checkCounts(t *testing.T, e *Exposed, size Size) {
	t.Helper()
	got := samples(exposed(t, e, Text))
	// The reporter for rcrowley/go-metrics leaves out two medians.
	if all := size.PerKind * seriesPerSet; got != all && got != all-2*size.PerKind && e.Flush != nil {
		t.Errorf("%d gauges, want %d", got, all)
	}
}

// TestSameGauges checks that client_golang writes what we write: the same
// families, help texts and number of series, and as many bytes within a tenth.
func TestSameGauges(t *testing.T) {
	size := SmallSize()
	for _, layout := range []Layout{Gauges, Labelled} {
		var headers [2][]string
		var length [2]int
		for i, peer := range []Peer{ours(), clientGolang()} {
			world := peer.Worlds[slices.IndexFunc(peer.Worlds, func(w World) bool { return w.Layout == layout })]
			e := openWorld(world, size, size.PerKind)
			e.Update(logNormalValues(1))
			if e.Flush != nil {
				e.Flush()
			}
			body := exposed(t, e, Text)
			length[i] = len(body)
			for line := range bytes.Lines(body) {
				if line[0] == '#' {
					headers[i] = append(headers[i], string(line))
				}
			}
		}
		for i := range min(len(headers[0]), len(headers[1])) {
			if headers[0][i] != headers[1][i] {
				t.Fatalf("%s: we write\n%sand client_golang writes\n%s", layout, headers[0][i], headers[1][i])
			}
		}
		if len(headers[0]) != len(headers[1]) || length[0] < length[1]*9/10 || length[0] > length[1]*11/10 {
			t.Errorf("%s: we write %d lines of comments and %d bytes, client_golang %d and %d", layout,
				len(headers[0]), length[0], len(headers[1]), length[1])
		}
	}
}
