package metrics

import (
	"reflect"
	"testing"
)

// Whoever knows our types is no foreign reader; the others are tested where they can
// be imported, in module rcrowley.
func TestForeignReader(t *testing.T) {
	log := captureLog(t)
	r := NewRegistry()
	GetOrRegisterCounter("c", r)
	for range 3 {
		r.Each(func(string, any) {})
		if err := WriteOnce(r, discard{}); err != nil {
			t.Error(err)
		}
		Log(r, 0, &lines{})
	}
	wantLog(t, log)
	if got := foreignReader(reflect.ValueOf(func() {}).Pointer()); got != "" {
		t.Errorf("a function of this test belongs to %s", got)
	}
	if foreignReader(0) != "" {
		t.Error("no function belongs to a reader")
	}
}
