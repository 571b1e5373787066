package rcrowley_test

import (
	"errors"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	gometrics "github.com/rcrowley/go-metrics"

	"github.com/go-metrics-plus/metrics"
	"github.com/go-metrics-plus/metrics/rcrowley"
)

// The adapter does what rcrowley's registry does: both are given the same calls,
// and must answer alike. A program is a sequence of bytes; what they mean is
// decided by the machine below, so that any bytes are a program.

func TestSideBySide(t *testing.T) {
	for seed := range uint64(100) {
		random := rand.New(rand.NewPCG(seed, 0x5eed))
		program := make([]byte, 100+random.IntN(900))
		for i := range program {
			program[i] = byte(random.Uint32())
		}
		runSideBySide(t, program)
		if t.Failed() {
			t.Fatalf("seed %d", seed)
		}
	}
}

func FuzzSideBySide(f *testing.F) {
	f.Add([]byte("register, get, unregister, and all over again"))
	f.Add([]byte{0, 0, 1, 1, 0, 1, 2, 0, 1, 12, 13, 14, 15})
	f.Fuzz(func(t *testing.T, program []byte) {
		// Beyond 1028 values, reservoirs keep what chance decides.
		runSideBySide(t, program[:min(len(program), 2000)])
	})
}

// machine runs a program on both registries.
type machine struct {
	*testing.T
	program        []byte
	original, ours gometrics.Registry
	wrapped        [2]gometrics.Registry // both as Sarama wraps them
	held           []heldPair
	made           []any // all instances of rcrowley's, to be stopped at the end
}

// heldPair is what both registries returned to somebody who keeps it.
type heldPair struct {
	kind           *kind
	name           string
	original, ours any
}

var names = []string{"a", "b", "c", "sub.a", "", "ü\n\xff", "a{b=\"c\"}"}

// runSideBySide runs a program while time stands still, since our reservoir
// weighs values by their age.
func runSideBySide(t *testing.T, program []byte) {
	gometrics.NewMeter().Stop() // its goroutine never ends, and must not begin in the bubble
	synctest.Test(t, func(t *testing.T) { runMachine(t, program) })
}

func runMachine(t *testing.T, program []byte) {
	m := &machine{
		T: t, program: program,
		original: gometrics.NewRegistry(),
		ours:     rcrowley.NewRegistry(metrics.NewRegistry()),
	}
	m.wrapped = [2]gometrics.Registry{newCleanup(m.original), newCleanup(m.ours)}
	defer m.stop()
	for len(m.program) > 0 && !t.Failed() {
		m.step()
		m.compareEach()
	}
	m.compareAll()
}

func (m *machine) stop() {
	m.original.UnregisterAll()
	m.ours.UnregisterAll()
	for _, instance := range m.made {
		if s, ok := instance.(gometrics.Stoppable); ok {
			s.Stop()
		}
	}
}

// next takes a number below n off the program.
func (m *machine) next(n int) int {
	if len(m.program) == 0 {
		return 0
	}
	b := m.program[0]
	m.program = m.program[1:]
	return int(b) % n
}

// step makes one call. Some go through a child registry of rcrowley's, or
// Sarama's wrapper.
func (m *machine) step() {
	name := names[m.next(len(names))]
	original, ours, full := m.original, m.ours, name
	switch m.next(6) {
	case 0:
		original = gometrics.NewPrefixedChildRegistry(original, "sub.")
		ours = gometrics.NewPrefixedChildRegistry(ours, "sub.")
		full = "sub." + name
	case 1:
		original, ours = m.wrapped[0], m.wrapped[1]
	}
	switch k := &kinds[m.next(len(kinds))]; m.next(16) {
	case 0, 1, 2, 3:
		m.got(full, original.GetOrRegister(name, k.constructor), ours.GetOrRegister(name, k.constructor))
	case 4, 5:
		m.got(full, original.GetOrRegister(name, m.make(k)), ours.GetOrRegister(name, m.make(k)))
	case 6, 7:
		m.register(full, k, original, ours, name)
	case 8:
		m.compare("Get "+full, original.Get(name), ours.Get(name))
	case 9:
		original.Unregister(name)
		ours.Unregister(name)
		m.stopped(full)
	case 10:
		m.unknown(original, ours, name)
	case 11:
		// A function whose result doesn't tell what it makes.
		constructor := func() any { return m.make(k) }
		m.got(full, original.GetOrRegister(name, constructor), ours.GetOrRegister(name, constructor))
	case 12:
		original.RunHealthchecks()
		ours.RunHealthchecks()
	case 13:
		m.compareAll()
	case 14:
		if m.next(8) == 0 {
			original.UnregisterAll()
			ours.UnregisterAll()
			m.stopped("")
		}
	case 15:
		m.update()
	}
}

func (m *machine) make(k *kind) any {
	instance := k.instance()
	m.made = append(m.made, instance)
	return instance
}

// got takes what GetOrRegister returned: it may be of another kind than was asked
// for, if that was there first.
func (m *machine) got(name string, original, ours any) {
	m.Helper()
	m.compare("GetOrRegister "+name, original, ours)
	m.held = append(m.held, heldPair{kindOf(m.T, original), name, original, ours})
}

func (m *machine) register(full string, k *kind, original, ours gometrics.Registry, name string) {
	there, kept := m.make(k), m.make(k)
	err, ourErr := original.Register(name, there), ours.Register(name, kept)
	var duplicate, ourDuplicate gometrics.DuplicateMetric
	if errors.As(err, &duplicate) != errors.As(ourErr, &ourDuplicate) || duplicate != ourDuplicate || (err == nil) != (ourErr == nil) {
		m.Errorf("Register %q: %v, the original %v", full, ourErr, err)
	}
	if ourErr == nil {
		if ours.Get(name) != kept {
			m.Errorf("Register %q: kept %v in place of what was registered", full, ours.Get(name))
		}
		m.held = append(m.held, heldPair{k, full, there, kept})
	}
}

// unknown gives both what is no metric at all.
func (m *machine) unknown(original, ours gometrics.Registry, name string) {
	for _, i := range []any{"no metric", nil, 1.5} {
		if err, ourErr := original.Register(name, i), ours.Register(name, i); (err == nil) != (ourErr == nil) {
			m.Errorf("Register %q, %v: %v, the original %v", name, i, ourErr, err)
		}
		m.compare("GetOrRegister of no metric", original.GetOrRegister(name, i), ours.GetOrRegister(name, i))
	}
}

// stopped forgets the held meters of a name, or all: the original's count no
// more, while ours, which need no stopping, go on.
func (m *machine) stopped(name string) {
	m.held = slices.DeleteFunc(m.held, func(h heldPair) bool {
		return (name == "" || h.name == name) && h.kind.name == "Meter"
	})
}

// update records something with what is held, registered or not.
func (m *machine) update() {
	if len(m.held) == 0 {
		return
	}
	h := m.held[m.next(len(m.held))]
	n := int64(m.next(256)) - 3
	h.kind.update(h.original, n)
	h.kind.update(h.ours, n)
	m.compare("update "+h.name, h.original, h.ours)
}

func (m *machine) compare(what string, original, ours any) {
	m.Helper()
	k := kindOf(m.T, original)
	if k == nil {
		if original != ours {
			m.Errorf("%s: got %v, the original %v", what, ours, original)
		}
		return
	}
	if !k.is(ours) || !same(k.values(original), k.values(ours)) {
		m.Errorf("%s: got %s, the original %s", what, describe(m.T, ours), describe(m.T, original))
	}
}

func each(r gometrics.Registry) map[string][]any {
	all := map[string][]any{}
	r.Each(func(name string, metric any) { all[name] = append(all[name], metric) })
	return all
}

// compareEach compares what is registered.
func (m *machine) compareEach() {
	m.Helper()
	m.compareEachOf(m.original, m.ours)
	m.compareEachOf(m.wrapped[0], m.wrapped[1])
}

func (m *machine) compareEachOf(one, other gometrics.Registry) {
	m.Helper()
	original, ours := each(one), each(other)
	if got, want := slices.Sorted(maps.Keys(ours)), slices.Sorted(maps.Keys(original)); !slices.Equal(got, want) {
		m.Errorf("Each: got %q, the original %q", got, want)
		return
	}
	for name := range ours {
		if len(ours[name]) != 1 {
			m.Errorf("Each: %d metrics have the name %q", len(ours[name]), name)
		}
		m.compare("Each "+name, original[name][0], ours[name][0])
		m.compare("Get "+name, original[name][0], other.Get(name))
	}
}

// compareAll compares what both say in values. Rates are left out: the original
// learns them from a ticking goroutine.
func (m *machine) compareAll() {
	original, ours := m.original.GetAll(), m.ours.GetAll()
	if got, want := slices.Sorted(maps.Keys(ours)), slices.Sorted(maps.Keys(original)); !slices.Equal(got, want) {
		m.Errorf("GetAll: got %q, the original %q", got, want)
		return
	}
	for name, want := range original {
		got := ours[name]
		if len(got) != len(want) {
			m.Errorf("GetAll: %q has %v, the original %v", name, got, want)
		}
		for key, value := range want {
			if strings.HasSuffix(key, ".rate") {
				continue
			}
			if f, ok := value.(float64); ok {
				if g, ok := got[key].(float64); !ok || !same([]float64{f}, []float64{g}) {
					m.Errorf("GetAll: %s of %q is %v, the original's %v", key, name, got[key], value)
				}
			} else if got[key] != value {
				m.Errorf("GetAll: %s of %q is %v, the original's %v", key, name, got[key], value)
			}
		}
	}
}
