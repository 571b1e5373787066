package metrics

import (
	"errors"
	"testing"
)

func TestRegisterErrors(t *testing.T) {
	r := NewRegistry()
	if err := r.Register("requests", NewCounter(Labels{"code": "200"})); err != nil {
		t.Fatal(err)
	}
	var noCheck *StandardHealthcheck
	for _, c := range []struct {
		name   string
		metric any
		want   string
	}{
		{"requests", NewCounter(Labels{"code": "200"}), `duplicate metric: requests{code="200"}`},
		{"requests", NewCounter(Labels{"code": "200"}).Snapshot(), `duplicate metric: requests{code="200"}`},
		{"requests", NewGauge(), "metric requests: is a Counter, can't be a Gauge as well"},
		{"requests", NewGauge(Labels{"code": "200"}), "metric requests: is a Counter, can't be a Gauge as well"},
		{"requests", NewHealthcheck(nil), "metric requests: is a Counter, can't be a Healthcheck as well"},
		{"x", nil, "metric x: can't register a <nil>"},
		{"x", 3, "metric x: can't register a int"},
		{"x", NewCounter, "metric x: can't register a func(...metrics.Labels) metrics.Counter"},
		{"x", noCheck, "metric x: can't register a *metrics.StandardHealthcheck"},
	} {
		if err := r.Register(c.name, c.metric); err == nil || err.Error() != c.want {
			t.Errorf("Register(%s, %T) = %v, want %s", c.name, c.metric, err, c.want)
		}
	}
	wantListing(t, r, `requests{code="200"}`)

	var conflict *TypeConflictError
	if err := r.Register("requests", NewGauge()); !errors.As(err, &conflict) ||
		*conflict != (TypeConflictError{Name: "requests", Registered: "Counter", Asked: "Gauge"}) {
		t.Errorf("conflict is %#v", err)
	}
	var unsupported *UnsupportedTypeError
	if err := r.Register("x", 3); !errors.As(err, &unsupported) || *unsupported != (UnsupportedTypeError{"x", "int"}) {
		t.Errorf("unsupported type is %#v", err)
	}
	if duplicate, ok := r.Register("requests", NewCounter(Labels{"code": "200"})).(DuplicateMetric); !ok ||
		string(duplicate) != `requests{code="200"}` {
		t.Errorf("duplicate is %q", duplicate)
	}
}
