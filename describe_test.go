package metrics

import (
	"errors"
	"testing"
)

func TestDescribe(t *testing.T) {
	base := NewRegistry().(*StandardRegistry)
	outer := NewPrefixedChildRegistry(base, "app.").(*PrefixedRegistry)
	inner := NewPrefixedChildRegistry(outer, "db.").(*PrefixedRegistry)
	want := Description{Help: "Queries answered.", Unit: "queries"}
	if err := Describe("queries", inner, Description{Help: "replaced"}); err != nil {
		t.Error(err)
	}
	if err := Describe("queries", inner, want); err != nil {
		t.Error(err)
	}
	check := func(when string) {
		t.Helper()
		for _, r := range []interface {
			DescriptionOf(string) (Description, bool)
		}{base, outer, inner} {
			if got, ok := r.DescriptionOf("app.db.queries"); got != want || !ok {
				t.Errorf("%s, %T has %v, %t", when, r, got, ok)
			}
		}
	}
	check("before registration")
	GetOrRegisterCounter("queries", inner, Labels{"a": "1"})
	check("after registration")
	base.UnregisterAll()
	check("after UnregisterAll")

	if err := Describe("up", base, want); err != nil {
		t.Error(err)
	}
	if got, ok := inner.DescriptionOf("up"); ok {
		t.Errorf("a name that is not under the prefix has %v", got)
	}
	if got, ok := base.DescriptionOf("queries"); ok {
		t.Errorf("a name without its prefix has %v", got)
	}
	wantAllocs(t, "DescriptionOf", 0, func() { inner.DescriptionOf("app.db.queries") })
}

func TestDescribeDefault(t *testing.T) {
	saved := DefaultRegistry
	defer func() { DefaultRegistry = saved }()
	DefaultRegistry = NewRegistry()
	if err := Describe("x", nil, Description{Unit: "bytes"}); err != nil {
		t.Error(err)
	}
	if d, _ := DefaultRegistry.(*StandardRegistry).DescriptionOf("x"); d.Unit != "bytes" {
		t.Errorf("description is %v", d)
	}
}

func TestDescribeThroughWrapper(t *testing.T) {
	r := NewPrefixedChildRegistry(wrapper{NewRegistry()}, "app.")
	err := Describe("x", r, Description{Help: "help"})
	if !errors.Is(err, errUnsupportedRegistry) ||
		err.Error() != "metric app.x: describe: registry can't do this: metrics.wrapper" {
		t.Errorf("error is %v", err)
	}
	if d, ok := r.(*PrefixedRegistry).DescriptionOf("app.x"); ok {
		t.Errorf("description is %v", d)
	}
}
