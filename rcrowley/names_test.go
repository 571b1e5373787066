package rcrowley

import (
	"fmt"
	"testing"

	gometrics "github.com/rcrowley/go-metrics"
)

func TestNamesDoNotGrow(t *testing.T) {
	var n names
	never := func() bool { return false }
	for i := range 10_000 {
		name := fmt.Sprint(i)
		if n.get(name) != nil || !n.keep(name, gometrics.NewCounter(), never) || n.keep(name, gometrics.NewCounter(), never) {
			t.Fatalf("metric %d is not kept once", i)
		}
		if i >= 10 {
			n.remove(fmt.Sprint(i - 10))
		}
	}
	if len(n.kept) != 10 || len(n.order) > 25 || len(n.making) != 0 {
		t.Errorf("10 metrics take %d and %d places", len(n.kept), len(n.order))
	}
	var left []string
	n.each(func(name string, _ any) { left = append(left, name) })
	if len(left) != 10 || left[0] != "9990" || left[9] != "9999" {
		t.Errorf("got %v", left)
	}
	if got := len(n.clear()); got != 10 || n.get("9999") != nil || n.remove("9999") != nil {
		t.Errorf("cleared %d", got)
	}
	n.each(func(name string, _ any) { t.Errorf("%s is still there", name) })
}

func TestReservation(t *testing.T) {
	var n names
	never := func() bool { return false }
	n.reserve("x")
	n.reserve("x")
	n.release("x")
	if n.keep("x", gometrics.NewCounter(), never) {
		t.Error("kept under a reserved name")
	}
	n.release("x")
	if len(n.making) != 0 || n.keep("x", gometrics.NewCounter(), func() bool { return true }) || !n.keep("x", gometrics.NewCounter(), never) {
		t.Error("not as reserved")
	}
	if n.reserve("x") == nil {
		t.Error("reserved although there is a metric")
	}
}

// check is a health check that can't be compared.
type check struct {
	gometrics.NilHealthcheck
	_ []int
}

func TestBrought(t *testing.T) {
	var n names
	n.note("x", 1)
	n.note("check", check{})
	for _, test := range []struct {
		name   string
		metric any
		want   bool
	}{{"x", 1, true}, {"x", 2, false}, {"x", "1", false}, {"y", 1, false}, {"check", check{}, true}, {"check", 1, false}} {
		if got := n.brought(test.name, test.metric); got != test.want {
			t.Errorf("%s, %v: got %v", test.name, test.metric, got)
		}
	}
	n.remove("x")
	if n.brought("x", 1) {
		t.Error("known after it was removed")
	}
	n.clear()
	if n.brought("check", check{}) {
		t.Error("known after all were removed")
	}
}
