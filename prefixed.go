package metrics

import "strings"

// PrefixedRegistry is a view of another registry: what is registered through it
// gets a prefix before its name, and what doesn't have the prefix isn't seen.
// Prefixes add up when one is put upon another. Names go in without the prefix,
// and come out of Each and GetAll with it.
//
// NewPrefixedRegistry and NewPrefixedChildRegistry make it; it is as safe for
// concurrent use as the registry that it views.
type PrefixedRegistry struct {
	parent Registry          // never a *PrefixedRegistry
	base   *StandardRegistry // parent, if it is ours
	prefix string            // of all levels down to parent
	outer  string            // what a user's parent puts before it, being a wrapper of a prefixed registry
}

var _ Registry = (*PrefixedRegistry)(nil)

// NewPrefixedRegistry returns a *PrefixedRegistry over a new registry.
func NewPrefixedRegistry(prefix string) Registry {
	return NewPrefixedChildRegistry(NewRegistry(), prefix)
}

// NewPrefixedChildRegistry returns a *PrefixedRegistry over parent, which may be
// one itself, or a registry that a user wrote. A nil parent means
// DefaultRegistry as it is now.
func NewPrefixedChildRegistry(parent Registry, prefix string) Registry {
	parent = orDefault(parent)
	if p, ok := parent.(*PrefixedRegistry); ok {
		parent, prefix = p.parent, p.prefix+prefix
	}
	base, _ := parent.(*StandardRegistry)
	_, outer := reach(parent)
	return &PrefixedRegistry{parent: parent, base: base, prefix: prefix, outer: outer}
}

// Prefix returns what full names begin with: the prefixes of all levels.
func (p *PrefixedRegistry) Prefix() string { return p.outer + p.prefix }

// Each calls f with the full name for each series under the prefix, and last for
// what SinkOnce left under it.
func (p *PrefixedRegistry) Each(f func(string, any)) {
	if p.base != nil {
		p.base.eachUnder(p.prefix, f)
	} else {
		p.eachOfUser(f)
	}
}

// registered is Each without what SinkOnce left.
func (p *PrefixedRegistry) registered(f func(string, any)) {
	if p.base != nil {
		p.base.eachRegistered(p.prefix, f)
		return
	}
	if base, _ := reach(p.parent); base != nil { // a user's registry has Each only
		taken := base.sunk.take("")
		defer base.sunk.putBack(taken)
	}
	p.eachOfUser(f)
}

// eachOfUser is Each over a registry that a user wrote.
func (p *PrefixedRegistry) eachOfUser(f func(string, any)) {
	prefix := p.Prefix()
	p.parent.Each(func(name string, metric any) {
		if strings.HasPrefix(name, prefix) {
			f(name, metric)
		}
	})
}

// Get returns the series of prefix and name without labels, or the only one, or
// nil.
func (p *PrefixedRegistry) Get(name string) any { return p.parent.Get(p.prefix + name) }

// GetSeries returns the series of prefix and name with exactly these labels, or
// nil.
func (p *PrefixedRegistry) GetSeries(name string, labels Labels) any {
	return GetSeries(p.prefix+name, p.parent, labels)
}

// GetAll returns the values of each series under the prefix by its full name.
func (p *PrefixedRegistry) GetAll() map[string]map[string]any { return getAll(p.registered) }

// GetOrRegister is that of the parent with the prefix before the name.
func (p *PrefixedRegistry) GetOrRegister(name string, i any) any {
	return p.parent.GetOrRegister(p.prefix+name, i)
}

// Register is that of the parent with the prefix before the name.
func (p *PrefixedRegistry) Register(name string, i any) error {
	return p.parent.Register(p.prefix+name, i)
}

// RunHealthchecks calls Check on the health checks under the prefix.
func (p *PrefixedRegistry) RunHealthchecks() { runHealthchecks(p.registered) }

// Unregister removes all series of prefix and name.
func (p *PrefixedRegistry) Unregister(name string) { p.parent.Unregister(p.prefix + name) }

// UnregisterSeries removes the series of prefix and name with exactly these
// labels, and reports whether there was one.
func (p *PrefixedRegistry) UnregisterSeries(name string, labels Labels) bool {
	return UnregisterSeries(p.prefix+name, p.parent, labels)
}

// UnregisterAll removes all series under the prefix, and no others.
func (p *PrefixedRegistry) UnregisterAll() {
	names := map[string]struct{}{}
	p.registered(func(name string, _ any) { names[name] = struct{}{} })
	for name := range names {
		p.parent.Unregister(strings.TrimPrefix(name, p.outer))
	}
}
