package remotewrite

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/exp/api/remote"
)

// contentTypes lists the versions of the requests that a receiver got.
func contentTypes(r *receiver) (versions []string) {
	for _, request := range r.requests {
		version := "1"
		if strings.Contains(request.Header.Get("Content-Type"), string(remote.WriteV2MessageType)) {
			version = "2"
		}
		versions = append(versions, version+" "+request.Header.Get("X-Prometheus-Remote-Write-Version"))
	}
	r.requests = nil
	return versions
}

// ignorant answers messages of 2.0 with a status and says nothing of what it wrote, as
// receivers do that were made before it.
func ignorant(r *receiver, status int) {
	r.before = func(w http.ResponseWriter, request *http.Request) bool {
		if !strings.Contains(request.Header.Get("Content-Type"), "v2.Request") {
			return false
		}
		w.WriteHeader(status)
		return true
	}
}

func TestVersions(t *testing.T) {
	const v1, v2 = "1 0.1.0", "2 2.0.0"
	both := []remote.WriteMessageType{remote.WriteV1MessageType, remote.WriteV2MessageType}
	for _, test := range []struct {
		name       string
		configured Version
		knows      []remote.WriteMessageType
		ignorant   int // the status, for a receiver that is
		first      []string
		second     []string
		version    Version
		err        string
	}{
		{"knows both", VersionAuto, both, 0, []string{v2}, []string{v2}, Version2, ""},
		{"knows both, configured", Version1, both, 0, []string{v1}, []string{v1}, Version1, ""},
		{"refuses 2.0", VersionAuto, both[:1], 0, []string{v2, v1}, []string{v1}, Version1, ""},
		{"finds nothing in 2.0", VersionAuto, both, 204, []string{v2, v1}, []string{v1}, Version1, ""},
		{"can't read 2.0", VersionAuto, both, 400, []string{v2, v1}, []string{v1}, Version1, ""},
		{"refuses 1.0, configured", Version1, both[1:], 0, []string{v1}, []string{v1}, Version1, "does not speak remote write 1.0"},
		{"finds nothing in 2.0, configured", Version2, both, 200, []string{v2}, []string{v2}, Version2, "does not speak remote write 2.0"},
		{"knows neither", VersionAuto, nil, 0, []string{v2, v1}, []string{v2, v1}, VersionAuto, "does not speak remote write 1.0"},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := newReceiver(test.knows...)
			if test.ignorant != 0 {
				ignorant(r, test.ignorant)
			}
			d, _ := newTestDriver(t, r, Config{Gatherer: &gauges{values: map[string]float64{"a": 1}}, Version: test.configured})
			for i, requests := range [][]string{test.first, test.second} {
				err := d.Once()
				if (err == nil) != (test.err == "") || err != nil && !strings.Contains(err.Error(), test.err) {
					t.Errorf("delivery %d: got %v", i, err)
				}
				want(t, "requests", contentTypes(r), requests...)
			}
			s := d.Status()
			if s.Version != test.version || s.Sent+s.Rejected != 2 || (s.Rejected == 2) != (test.err != "") {
				t.Errorf("status %+v", s)
			}
		})
	}
}

// The receiver is replaced by one that knows only the other version.
func TestVersionChanges(t *testing.T) {
	r := newReceiver(remote.WriteV2MessageType)
	d, _ := newTestDriver(t, r, Config{Gatherer: &gauges{values: map[string]float64{"a": 1}}})
	for _, version := range []remote.WriteMessageType{
		remote.WriteV2MessageType, remote.WriteV1MessageType, remote.WriteV1MessageType, remote.WriteV2MessageType,
	} {
		r.Handler = remote.NewWriteHandler(r, []remote.WriteMessageType{version})
		if err := d.Once(); err != nil {
			t.Error(err)
		}
	}
	if got := r.got(); len(got) != 4+2 { // 1.0 has a line for metadata
		t.Errorf("got %q", got)
	}
}

// A receiver of 2.0 says that it has not written everything.
func TestPartialWrite(t *testing.T) {
	r := newReceiver(remote.WriteV2MessageType)
	r.take = 1
	d, _ := newTestDriver(t, r, Config{Gatherer: &gauges{values: map[string]float64{"a": 1, "b": 2, "c": 3}}})
	err := d.Once()
	if !errors.Is(err, ErrNotWritten) || !strings.HasSuffix(err.Error(), "took 1 of 3 samples") {
		t.Errorf("got %v", err)
	}
	r.before = func(w http.ResponseWriter, _ *http.Request) bool {
		w.Header().Set(samplesWritten, "2")
		http.Error(w, "out of order sample", http.StatusBadRequest)
		return true
	}
	if err := d.Once(); err == nil || !strings.HasSuffix(err.Error(), "status 400: out of order sample") {
		t.Errorf("got %v", err)
	}
	if s := d.Status(); s.Sent != 3 || s.Rejected != 3 || s.Waiting != 0 || s.Version != Version2 {
		t.Errorf("status %+v", s)
	}
}
