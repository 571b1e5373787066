package metrics

// getOrAdd returns the series, made from metric if it is not there. If the name has
// another type, the series is not exported. It is the same in later calls, so that no
// counts are lost and the calls stay cheap.
func (r *StandardRegistry) getOrAdd(name string, w *wanted, k kind, metric any) *series {
	s, err := r.add(name, w, k, metric, true)
	if conflict, ok := err.(*TypeConflictError); ok {
		r.reports.Once(name, "not exported as "+conflict.Asked, err)
	}
	return s
}

// add registers a series of the set that is wanted. With stray, a series of the wrong
// type is added without being exported, and returned beside the error.
func (r *StandardRegistry) add(name string, w *wanted, k kind, metric any, stray bool) (*series, error) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	f := r.family("", name)
	if f == nil {
		f = &family{hash: hashName("", name), name: name, kind: k.family()}
		r.families.Insert(f.hash, f, nil)
	}
	there := r.find(f, kindNone, w)
	if there == nil && f.kind == k.family() {
		return r.insert(newSeries(f, w.set, k, metric, true), w.hash), nil
	}
	if there != nil && (there.kind == k || there.kind.family() == k.family() && !stray) {
		return there, DuplicateMetric(there.String())
	}
	err := &TypeConflictError{Name: name, Registered: f.kind.String(), Asked: k.String()}
	if there != nil {
		err.Registered = there.kind.String()
	}
	if !stray {
		return nil, err
	}
	s := r.find(f, k, w)
	if s == nil {
		s = newSeries(f, w.set, k, metric, false)
		f.strays = append(f.strays, s)
		r.index.Insert(f.hash+w.hash, s, nil)
	}
	return s, err
}

func (r *StandardRegistry) insert(s *series, labelHash uint64) *series {
	s.family.add(s)
	if s.labels != nil { // the family itself leads to the one without
		r.index.Insert(s.family.hash+labelHash, s, nil)
	}
	r.order = append(r.order, s.slot)
	r.view.Store(nil)
	return s
}

// remove takes an exported series out. With the last of a name its type is
// forgotten, and so are the series of other types: the next request makes a new
// one.
func (r *StandardRegistry) remove(s *series) {
	f := s.family
	f.remove(s)
	r.leave(s)
	if len(f.exported) == 0 {
		for _, stray := range f.strays {
			r.leave(stray)
		}
		r.families.Remove(f.hash, func(other *family) bool { return other == f })
	}
	r.view.Store(nil)
	if r.gone++; r.gone > len(r.order)/2 {
		r.compact()
	}
}

func (r *StandardRegistry) leave(s *series) {
	s.leave()
	r.index.Remove(s.hash(), func(other *series) bool { return other == s })
}

// all returns the slots of the series in the order of registration. The slice is
// never written to again: later series go behind its end, and when some are removed
// a new one is made.
func (r *StandardRegistry) all() []*slot {
	if view := r.view.Load(); view != nil {
		return *view
	}
	r.mutex.Lock()
	defer r.mutex.Unlock()
	view := r.compact()
	r.view.Store(&view)
	return view
}

// compact takes empty slots out of the order and returns what is left.
func (r *StandardRegistry) compact() []*slot {
	if r.gone > 0 {
		left := make([]*slot, 0, len(r.order)-r.gone)
		for _, slot := range r.order {
			if slot.series.Load() != nil {
				left = append(left, slot)
			}
		}
		r.order, r.gone = left, 0
	}
	return r.order[:len(r.order):len(r.order)]
}

// stopAll stops the health checks among the removed series that can be stopped.
// Instruments of this package hold nothing that needs it, and may be registered
// elsewhere too.
func stopAll(removed []*series) {
	for _, s := range removed {
		if stoppable, ok := s.metric.(Stoppable); ok && s.kind == kindHealthcheck {
			guard(s.family.name, "health check could not be stopped", stoppable.Stop)
		}
	}
}
