package metrics

// family returns the series of a name in two pieces. It takes no lock.
func (r *StandardRegistry) family(prefix, name string) *family {
	for n := r.families.First(hashName(prefix, name)); n != nil; n = n.Next() {
		if n.Entry.hasName(prefix, name) {
			return n.Entry
		}
	}
	return nil
}

// lookup finds a series by name, labels and type. It neither locks nor allocates.
func (r *StandardRegistry) lookup(k kind, prefix, name string, labels Labels) *series {
	f := r.family(prefix, name)
	if f == nil || len(labels) == 0 {
		return r.find(f, k, &wanted{})
	}
	w := wanted{labels: labels}
	w.hashIn(f.shape.Load())
	return r.find(f, k, &w)
}

// find returns the series of a family, which may be nil, with the labels wanted
// and of type k; kindNone stands for any type that is exported.
func (r *StandardRegistry) find(f *family, k kind, w *wanted) *series {
	if f == nil {
		return nil
	}
	if w.count == 0 {
		if s := f.plain.Load(); s != nil && s.is(k) {
			return s
		}
	}
	for n := r.index.First(f.hash + w.hash); n != nil; n = n.Next() {
		if s := n.Entry; s.family == f && s.is(k) && w.matches(s.labels) {
			return s
		}
	}
	return nil
}

// wanted is the label set that is searched for, in the form at hand: as a set, as
// a map, or as the values of a map in the order of another set's names.
type wanted struct {
	hash   uint64
	count  int // labels that are not empty
	set    *labelSet
	labels Labels
	shape  *labelSet
	values [shapeLimit]string
}

// wantedSet searches for a set.
func wantedSet(set *labelSet) *wanted {
	if set == nil {
		return &wanted{}
	}
	return &wanted{hash: set.hash(), count: len(set.pairs), set: set}
}

// hashIn completes a search for the labels of a map in a family whose first
// labels were those of shape.
func (w *wanted) hashIn(shape *labelSet) {
	if hash, ok := w.labels.inShape(shape, &w.values); ok {
		w.hash, w.count, w.shape = hash, len(w.labels), shape
	} else {
		w.hash, w.count = w.labels.hash()
	}
}

// matches reports whether the set is the one wanted.
func (w *wanted) matches(set *labelSet) bool {
	switch {
	case w.shape != nil:
		return set.fits(w.shape, &w.values)
	case w.labels != nil:
		return set.equals(w.labels, w.count)
	}
	return set.same(w.set)
}

// shapeLimit is the number of labels up to which inShape works.
const shapeLimit = 6

// inShape finds the values of a map under the names that a set has, and the hash
// of these labels. Most series of a family have labels of the same names, and
// looking them up costs a fraction of going through the map. If the map has other
// names or an empty value, ok is false.
func (l Labels) inShape(shape *labelSet, values *[shapeLimit]string) (hash uint64, ok bool) {
	if shape == nil || len(shape.pairs) != len(l) || len(l) > shapeLimit {
		return 0, false
	}
	for i := range shape.pairs {
		name := shape.pairs[i].name
		value := l[name]
		if value == "" {
			return 0, false
		}
		values[i] = value
		hash += hashPair(name, value)
	}
	return hash, true
}

// fits reports whether the set is that of a shape with these values.
func (s *labelSet) fits(shape *labelSet, values *[shapeLimit]string) bool {
	if s == nil || len(s.pairs) != len(shape.pairs) {
		return false
	}
	for i := range s.pairs {
		if s.pairs[i].value != values[i] || s.pairs[i].name != shape.pairs[i].name {
			return false
		}
	}
	return true
}

// equals compares with a map of which count labels are not empty.
func (s *labelSet) equals(labels Labels, count int) bool {
	if s == nil || len(s.pairs) != count {
		return s == nil && count == 0
	}
	for i := range s.pairs {
		if labels[s.pairs[i].name] != s.pairs[i].value {
			return false
		}
	}
	return true
}
