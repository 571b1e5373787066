package prometheusmetrics

import (
	"testing"
	"time"

	"github.com/go-metrics-plus/metrics"
	"github.com/go-metrics-plus/metrics/prometheusmetrics/internal/probing"
)

// TestDrop: without a rule that drops there is nothing to ask; the first rule that
// matches a name decides.
func TestDrop(t *testing.T) {
	none, err := Config{Rules: []Rule{{Match: "a", Name: "b"}}}.complete()
	if err != nil || none.drop() != nil {
		t.Errorf("no rule drops (%v), and names are asked about", err)
	}
	some, err := Config{Rules: []Rule{{Match: "a.kept"}, {Match: "a.{rest}", Drop: true}}}.complete()
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]bool{"a.b": true, "a.kept": false, "b": false} {
		if got := some.drop()(name); got != want {
			t.Errorf("%s is dropped: %v", name, got)
		}
	}
}

// TestSourcesForTheRooms: an absolute source is typed, and without namespace and idle
// time, whatever the others are.
func TestSourcesForTheRooms(t *testing.T) {
	absolute := LabelledSource{Source: metrics.NewRegistry(), Absolute: true, Labels: map[string]string{"a": "b"}}
	config, err := Config{
		Registry: metrics.NewRegistry(), Sources: []LabelledSource{absolute}, Namespace: "n", IdleAfter: time.Hour,
	}.complete()
	if err != nil {
		t.Fatal(err)
	}
	read, planned := config.readingSources(), config.planning(probing.Wrapping{Prefix: "p_"})
	if len(read) != 2 || read[0].Wanted.Buckets || !read[1].Wanted.Buckets ||
		read[0].Wanted.IdleAfter != time.Hour || read[1].Wanted.IdleAfter != 0 {
		t.Errorf("sources are read for %+v", read)
	}
	sources := planned.Sources
	if len(sources) != 2 || sources[0].Absolute || !sources[1].Absolute || sources[0].Layout == sources[1].Layout ||
		sources[1].Labels["a"] != "b" || planned.Namespace != "n" || planned.Prefix != "p_" {
		t.Errorf("plans are made by %+v", planned)
	}
}
