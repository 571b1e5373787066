package metrics

import "testing"

// checkShape looks b up as find does in a family whose first labels were
// those of shape.
func checkShape(t *testing.T, shape, set *labelSet, b Labels, same bool) {
	t.Helper()
	var values [shapeLimit]string
	hash, ok := b.inShape(shape, &values)
	if !ok {
		if same && shape != nil && len(b) <= shapeLimit {
			t.Errorf("%v is not in its own shape", b)
		}
		return
	}
	if hash != set.hash() {
		t.Errorf("hash of %v in the shape of %v", b, shape)
	}
	if fits := shape.fits(shape, &values); fits != same {
		t.Errorf("%v fits %v: %t", b, shape, fits)
	}
}

// TestHashCollision files series of other names, labels and types under the hash
// of the one that is looked up.
func TestHashCollision(t *testing.T) {
	r := NewRegistry().(*StandardRegistry)
	labels := Labels{"a": "1"}
	set := newLabelSet(labels)
	c := GetOrRegisterCounter("x", r, labels)
	f := r.family("", "x")
	hash := f.hash + set.hash()
	wrong := &family{hash: f.hash, name: "y", kind: kindCounter}
	r.families.Insert(f.hash, wrong, nil)
	for _, s := range []*series{
		{family: wrong, labels: set, kind: kindCounter},
		{family: f, labels: newLabelSet(Labels{"a": "2"}), kind: kindCounter},
		{family: f, labels: newLabelSet(Labels{"b": "1"}), kind: kindCounter},
		{family: f, labels: set, kind: kindTimer},
		{family: f, labels: nil, kind: kindCounter},
	} {
		s.exported, s.metric = true, NewCounter()
		r.index.Insert(hash, s, nil)
	}
	for what, got := range map[string]*series{
		"by the shape":  r.lookup(kindCounter, "", "x", labels),
		"by the map":    r.lookup(kindCounter, "", "x", Labels{"a": "1", "b": ""}),
		"by the set":    r.find(f, kindCounter, wantedSet(set)),
		"exported, any": r.find(f, kindNone, wantedSet(set)),
	} {
		if got == nil || got.metric != c && what != "exported, any" || got.family != f || !got.labels.same(set) {
			t.Errorf("%s: found %v", what, got)
		}
	}
}
