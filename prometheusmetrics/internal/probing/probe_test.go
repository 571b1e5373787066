package probing

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
)

func gaugeNamed(name string) prometheus.Gauge {
	return prometheus.NewGauge(prometheus.GaugeOpts{Name: name, Help: "Mine."})
}

// TestTaken: in any batch, whatever else is taken, and without registering anything.
func TestTaken(t *testing.T) {
	registry := prometheus.NewRegistry()
	counting := &counting{Registerer: registry}
	var names []string
	want := make(map[string]bool)
	for i := range 1000 {
		name := fmt.Sprintf("n%03d", i)
		names = append(names, name)
		if i%4 > 0 {
			registry.MustRegister(gaugeNamed(name))
			want[name] = true
		}
	}
	for range 2 {
		got, err := Taken(counting, names)
		if err != nil || !maps.Equal(got, want) {
			t.Fatalf("%d are taken, %v", len(got), err)
		}
	}
	if err := registry.Register(gaugeNamed("n000")); err != nil {
		t.Errorf("a probe has registered something: %v", err)
	}
	if limit := 2 * 1000 * (batchSize + 1); counting.descs > limit {
		t.Errorf("the registry went through %d names, want less than %d", counting.descs, limit)
	}
}

// counting counts the descriptors that are to be registered.
type counting struct {
	prometheus.Registerer
	descs int
}

func (c *counting) Register(collector prometheus.Collector) error {
	c.descs += len(collector.(descriptors))
	return c.Registerer.Register(collector)
}

func TestTakenThroughWrappers(t *testing.T) {
	registry := prometheus.NewRegistry()
	registry.MustRegister(gaugeNamed("p_a"), gaugeNamed("b"))
	labelled := prometheus.WrapRegistererWith(prometheus.Labels{"x": "y"}, registry)
	wrapped := prometheus.WrapRegistererWithPrefix("p_", labelled)
	got, err := Taken(wrapped, []string{"a", "b", "c"})
	if want := []string{"a"}; err != nil || !slices.Equal(slices.Collect(maps.Keys(got)), want) {
		t.Errorf("taken are %v, %v", got, err)
	}
	if got, err := Taken(prometheus.WrapRegistererWithPrefix("p_", nil), []string{"a"}); err != nil || len(got) > 0 {
		t.Errorf("a registerer that takes anything: %v, %v", got, err)
	}
}

// odd is a registerer that does what a test wants.
type odd func() error

func (o odd) Register(prometheus.Collector) error  { return o() }
func (o odd) MustRegister(...prometheus.Collector) {}
func (o odd) Unregister(prometheus.Collector) bool { return true }

func TestOddRegisterers(t *testing.T) {
	for want, register := range map[string]func() error{
		"a reason of its own: no":         func() error { return errors.New("no") },
		"registerer panicked: no":         func() error { panic("no") },
		"a name that was not asked for":   func() error { return errors.New(`help: "` + mark + `7"`) },
		"a name that was not asked for ":  func() error { return errors.New(`help: "` + mark + `-1"`) },
		"a name that was not asked for  ": func() error { return errors.New(`help: "` + mark + `1"`) },
		`strconv.Atoi: parsing "nothing"`: func() error { return errors.New(`help: "` + mark + `nothing"`) },
	} {
		_, err := Taken(odd(register), []string{"a"})
		if err == nil || !strings.Contains(err.Error(), strings.TrimSpace(want)) {
			t.Errorf("error is %v, want %q", err, want)
		}
	}
}

// TestSame: a descriptor of another library that may stand beside what is registered,
// one that may not, and registerers that answer with something else.
func TestSame(t *testing.T) {
	registry := prometheus.NewRegistry()
	registry.MustRegister(gaugeNamed("a"))
	same := prometheus.NewDesc("a", "Mine.", nil, prometheus.Labels{"code": "200"})
	for name, test := range map[string]struct {
		registerer prometheus.Registerer
		desc       *prometheus.Desc
		want       bool
	}{
		"the same label names and help": {registry, prometheus.NewDesc("b", "Mine.", nil, nil), true},
		"other label names":             {registry, same, false},
		"another help text":             {registry, prometheus.NewDesc("a", "Yours.", nil, prometheus.Labels{"x": "y"}), false},
		"takes anything":                {odd(func() error { return nil }), same, false},
		"panics":                        {odd(func() error { panic("no") }), same, false},
		"a reason of its own":           {odd(func() error { return errors.New("no") }), same, false},
	} {
		if got := Same(test.registerer, test.desc); got != test.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}
