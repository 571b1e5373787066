package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	dto "github.com/prometheus/client_model/go"
	"google.golang.org/protobuf/encoding/protodelim"
)

// pushed is one request that a gateway got.
type pushed struct {
	method, path string
	values       map[string]float64 // by name, and the label result if there is one
}

// gateway stands in for a Pushgateway.
func gateway(t *testing.T, code int) (url string, pushes *[]pushed) {
	t.Helper()
	pushes = new([]pushed)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p := pushed{method: r.Method, path: r.URL.Path, values: map[string]float64{}}
		body := bufio.NewReader(r.Body)
		for {
			var family dto.MetricFamily
			if err := protodelim.UnmarshalFrom(body, &family); err != nil {
				break
			}
			for _, metric := range family.GetMetric() {
				name := family.GetName()
				for _, label := range metric.GetLabel() {
					name += " " + label.GetValue()
				}
				p.values[name] = metric.GetGauge().GetValue()
			}
		}
		*pushes = append(*pushes, p)
		w.WriteHeader(code)
	}))
	t.Cleanup(server.Close)
	return server.URL, pushes
}

func folder(t *testing.T) string {
	t.Helper()
	path := t.TempDir()
	for name, text := range map[string]string{"a": "1", "b": "22", "empty": "", "below/c": "4444"} {
		file := filepath.Join(path, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(file), 0o700), os.WriteFile(file, []byte(text), 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	return path
}

func TestSuccess(t *testing.T) {
	url, pushes := gateway(t, http.StatusOK)
	var output bytes.Buffer
	start := time.Now()
	if err := run(t.Context(), []string{"-dir", folder(t), "-pushgateway", url}, &output); err != nil {
		t.Fatal(err)
	}
	const sumOfA = "6b86b273ff34fce19d6b804eff5a3f5747ada4eaa22f1d49c01e52ddb7875b4b  a\n"
	if !strings.Contains(output.String(), sumOfA) {
		t.Errorf("no line %q in\n%s", sumOfA, &output)
	}
	if len(*pushes) != 1 {
		t.Fatalf("got %d pushes, want 1", len(*pushes))
	}
	got := (*pushes)[0]
	if got.method != http.MethodPut || got.path != "/metrics/job/example_batch" {
		t.Errorf("pushed by %s to %s", got.method, got.path)
	}
	for name, want := range map[string]float64{
		"example_batch_files_count read":    4,
		"example_batch_files_count failed":  0,
		"example_batch_read_count":          7,
		"example_batch_file_size_sum":       7,
		"example_batch_file_size_max":       4,
		"example_batch_file_duration_count": 4,
		"example_batch_run_duration_count":  1,
	} {
		if value, found := got.values[name]; !found || value != want {
			t.Errorf("%s is %v, %v, want %v", name, value, found, want)
		}
	}
	if at := got.values["example_batch_last_success_timestamp_seconds"]; at < float64(start.Unix()) || at > float64(time.Now().UnixNano())/1e9 {
		t.Errorf("last success at %v, want it between %d and now", at, start.Unix())
	}
	if spent := got.values["example_batch_run_duration_sum"]; spent <= 0 || spent > time.Since(start).Seconds() {
		t.Errorf("the run took %v s, want something up to %v", spent, time.Since(start))
	}
}

// After a failure the gateway keeps the time of the last success, since the push
// adds and brings no such time.
func TestFailedWork(t *testing.T) {
	url, pushes := gateway(t, http.StatusOK)
	err := run(t.Context(), []string{"-dir", filepath.Join(t.TempDir(), "gone"), "-pushgateway", url}, io.Discard)
	if !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got error %v, want %v", err, fs.ErrNotExist)
	}
	if len(*pushes) != 1 || (*pushes)[0].method != http.MethodPost {
		t.Fatalf("got pushes %v, want one that adds", *pushes)
	}
	values := (*pushes)[0].values
	if _, found := values["example_batch_last_success_timestamp_seconds"]; found {
		t.Error("a failed run says that it succeeded")
	}
	if values["example_batch_run_duration_count"] != 1 {
		t.Errorf("the run is not counted: %v", values)
	}
}

func TestFailedPush(t *testing.T) {
	refusing, _ := gateway(t, http.StatusBadRequest)
	gone := httptest.NewServer(http.NotFoundHandler())
	gone.Close()
	for _, url := range []string{refusing, gone.URL} {
		err := run(t.Context(), []string{"-dir", folder(t), "-pushgateway", url}, io.Discard)
		if err == nil || !strings.Contains(err.Error(), "push to "+url+"/metrics/job/example_batch: ") {
			t.Errorf("got error %v, want it to tell of pushing to %s", err, url)
		}
	}
}

func TestArguments(t *testing.T) {
	for _, arguments := range [][]string{{"-nonsense"}, {"work"}} {
		if err := run(t.Context(), arguments, io.Discard); err == nil {
			t.Errorf("run with %q gave no error", arguments)
		}
	}
}

// failing is a file system in which some files can't be opened.
type failing struct {
	fs.FS
	bad map[string]bool
}

func (f failing) Open(name string) (fs.File, error) {
	if f.bad[name] {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrPermission}
	}
	return f.FS.Open(name)
}

func TestOneBadFileDoesNotStopTheJob(t *testing.T) {
	j := newJob()
	files := failing{
		FS:  fstest.MapFS{"a": {Data: []byte("1")}, "b": {Data: []byte("22")}, "c": {Data: []byte("333")}, "d/e": {Data: []byte("4")}},
		bad: map[string]bool{"b": true, "d": true},
	}
	err := j.run(t.Context(), files, io.Discard)
	if err == nil || err.Error() != "2 files could not be read" {
		t.Errorf("got error %v, want it to tell of 2 files", err)
	}
	if j.read.Count() != 2 || j.failed.Count() != 2 || j.bytes.Count() != 4 {
		t.Errorf("read %d, failed %d, %d bytes, want 2, 2 and 4", j.read.Count(), j.failed.Count(), j.bytes.Count())
	}
}

func TestInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	j := newJob()
	if err := j.run(ctx, fstest.MapFS{"a": {}}, io.Discard); !errors.Is(err, context.Canceled) {
		t.Errorf("got error %v, want %v", err, context.Canceled)
	}
	if j.read.Count() != 0 || j.whole.Count() != 1 {
		t.Errorf("read %d files in %d runs, want none in one", j.read.Count(), j.whole.Count())
	}
}

// Without a gateway, what would be pushed is printed.
func TestWithoutGateway(t *testing.T) {
	var output bytes.Buffer
	if err := run(t.Context(), []string{"-dir", folder(t)}, &output); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"job example_batch would push", "\nexample_batch_files_count{result=\"read\"} "} {
		if !strings.Contains(output.String(), want) {
			t.Errorf("no %q in\n%s", want, &output)
		}
	}
}
