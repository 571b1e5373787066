package metrics

import (
	"reflect"
	"testing"
)

// Whoever knows our types is no reader in vain; the others are tested where they can
// be imported, in module rcrowley.
func TestReaderInVain(t *testing.T) {
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
	if got := readerInVain(reflect.ValueOf(func() {}).Pointer()); got != "" {
		t.Errorf("a function of this test belongs to %s", got)
	}
	if readerInVain(0) != "" {
		t.Error("no function belongs to a reader")
	}
}
