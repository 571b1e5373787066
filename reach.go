package metrics

import (
	"reflect"
	"strings"
)

// orDefault returns the registry that r stands for: DefaultRegistry for nil, and
// for a nil pointer to a registry of this package.
func orDefault(r Registry) Registry {
	switch r := r.(type) {
	case nil:
		return DefaultRegistry
	case *StandardRegistry:
		if r == nil {
			return DefaultRegistry
		}
	case *PrefixedRegistry:
		if r == nil {
			return DefaultRegistry
		}
	}
	return r
}

// isNil reports whether a value in an interface is nil, or a nil pointer.
func isNil(i any) bool {
	if i == nil {
		return true
	}
	v := reflect.ValueOf(i)
	return v.Kind() == reflect.Pointer && v.IsNil()
}

// resolve returns our registry behind r, if r is one of ours, and the prefix of
// names in it.
func resolve(r Registry) (base *StandardRegistry, prefix string) {
	switch r := orDefault(r).(type) {
	case *StandardRegistry:
		return r, ""
	case *PrefixedRegistry:
		return r.base, r.prefix
	}
	return nil, ""
}

// reach is resolve for a registry of the user's too. A type that embeds a Registry
// has no methods but those of Registry, so its Get is asked for a name that no
// metric has: if that comes to a registry of ours, the answer is that registry and
// what was put before the name on the way. Only lookups and settings may use it;
// what a user's registry does about registering and walking must be respected.
func reach(r Registry) (base *StandardRegistry, prefix string) {
	r = orDefault(r)
	if base, prefix = resolve(r); base != nil {
		return base, prefix
	}
	if p, ok := r.(*PrefixedRegistry); ok {
		base, outer := reach(p.parent)
		return base, outer + p.prefix
	}
	guard("", "registry panicked", func() {
		if found, ok := r.Get(probeName).(probeAnswer); ok {
			base, prefix = found.base, found.prefix
		}
	})
	return base, prefix
}

// probeName is the name that reach asks for. No metric has it: it is not UTF-8.
const probeName = "\xff go-metrics-plus: which registry is this? \xff"

// probeAnswer is what a StandardRegistry has under that name.
type probeAnswer struct {
	base   *StandardRegistry
	prefix string
}

// answerProbe returns the answer to a name that is not registered.
func (r *StandardRegistry) answerProbe(name string) any {
	if prefix, ok := strings.CutSuffix(name, probeName); ok {
		return probeAnswer{r, prefix}
	}
	return nil
}
