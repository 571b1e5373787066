package metrics

import (
	"fmt"
	"testing"
)

// sizeOf returns what tells samples apart in these tests: the number of a uniform
// sample that is full.
func sizeOf(h interface{ Sample() Sample }) int {
	for range 100 {
		h.Sample().Update(1)
	}
	return h.Sample().Size()
}

// Samples are chosen by full name and unit, through prefixes and wrappers.
func TestWithSampleFor(t *testing.T) {
	var asked []string
	newRegistry := func() Registry {
		asked = nil
		return NewRegistry(
			WithSample(func() Sample { return NewUniformSample(3) }),
			WithSampleFor(func(name, unit string) Sample {
				asked = append(asked, name+" "+unit)
				switch {
				case unit == "seconds":
					return NewUniformSample(5)
				case unit == "bytes":
					return NewUniformSample(7)
				case name == "p.named":
					return NewUniformSample(9)
				case name == "p.panics":
					panic("no")
				}
				return nil
			}))
	}
	for kind, of := range map[string]func(Registry) Registry{
		"standard": func(r Registry) Registry { return r },
		"prefixed": func(r Registry) Registry { return NewPrefixedChildRegistry(r, "p.") },
		"wrapper":  func(r Registry) Registry { return wrapper{NewPrefixedChildRegistry(r, "p.")} },
		"prefix over wrapper": func(r Registry) Registry {
			return NewPrefixedChildRegistry(wrapper{NewPrefixedChildRegistry(r, "p")}, ".")
		},
	} {
		t.Run(kind, func(t *testing.T) {
			captureLog(t)
			r := of(newRegistry())
			prefix := "p."
			if kind == "standard" {
				prefix = ""
			}
			if err := Describe("sized", r, Description{Unit: "bytes"}); err != nil {
				t.Log(err) // of a wrapper
			}
			_ = Describe(prefix+"sized", mustBase(r), Description{Unit: "bytes"})
			want := map[string]int{"timer": 5, "sized": 7, "other": 3, "named": 9, "panics": 3}
			if prefix == "" {
				want["named"] = 3
			}
			got := map[string]int{
				"timer":  sizeOf(GetOrRegisterTimer("timer", r)),
				"sized":  sizeOf(GetOrRegisterHistogram("sized", r, nil)),
				"other":  sizeOf(NewRegisteredHistogram("other", r, nil)),
				"named":  sizeOf(NewVec[Histogram](r, "named").With()),
				"panics": sizeOf(GetOrRegisterHistogram("panics", r, nil)),
			}
			if fmt.Sprint(got) != fmt.Sprint(want) {
				t.Errorf("samples %v, want %v", got, want)
			}
			if asked[0] != prefix+"timer seconds" {
				t.Errorf("asked for %q", asked)
			}
		})
	}
}

func mustBase(r Registry) Registry {
	base, _ := reach(r)
	return base
}

// A registry of the user's may have the methods itself.
type sampler struct{ Registry }

func (sampler) NewSampleFor(name, unit string) Sample {
	if name == "a" {
		return NewUniformSample(2)
	}
	return nil
}

func (sampler) NewSample() Sample { return NewUniformSample(4) }

func TestSamplesOfUserRegistry(t *testing.T) {
	r := sampler{NewRegistry()}
	if a, b := sizeOf(GetOrRegisterTimer("a", r)), sizeOf(GetOrRegisterTimer("b", r)); a != 2 || b != 4 {
		t.Errorf("samples of %d and %d, want 2 and 4", a, b)
	}
	child := NewPrefixedChildRegistry(r, "a").(*PrefixedRegistry)
	if got := sizeOf(NewHistogram(child.NewSampleFor("", ""))); got != 2 {
		t.Errorf("under a prefix a sample of %d, want 2", got)
	}
	if got := sizeOf(NewHistogram(child.NewSample())); got != 4 {
		t.Errorf("a sample of %d, want 4", got)
	}
	sized := WithSampleFor(func(name, unit string) Sample { return NewUniformSample(len(name + unit)) })
	standard := NewRegistry(sized).(*StandardRegistry)
	if got := sizeOf(NewHistogram(standard.NewSampleFor("four", "bytes"))); got != 9 {
		t.Errorf("a sample of %d, want 9", got)
	}
}
