package prometheusmetrics

import (
	"context"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
	"unsafe"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"

	"github.com/go-metrics-plus/metrics"
	"github.com/go-metrics-plus/metrics/prometheusmetrics/internal/pipes"
	"github.com/go-metrics-plus/metrics/prometheusmetrics/internal/writing"
)

// The tests of this file do to a real server what SECURITY.md says that a stranger may.

// noise gathers one series whose label is so many characters that hardly compress.
func noise(size int) prometheus.Gatherer {
	random, text := rand.New(rand.NewPCG(1, 2)), make([]byte, size)
	for i := range text {
		text[i] = byte('!' + 2 + random.IntN(56)) // from # to Z
	}
	family := gaugeFamily("noise", gaugeSeries(1, "l", string(text)))
	return prometheus.GathererFunc(func() ([]*dto.MetricFamily, error) { return []*dto.MetricFamily{family}, nil })
}

// Who asks again and again gets what was rendered once for each format and coding,
// whatever else a request says, and after the next flush what is new.
func TestStrangerAsksAgainAndAgain(t *testing.T) {
	registry := metrics.NewRegistry()
	gauge := metrics.GetOrRegisterGauge("g", registry)
	d := newDetached(t, Config{Registry: registry, FlushInterval: time.Hour})
	server := httptest.NewServer(d.Handler())
	defer server.Close()
	const combinations = 24 // of methods, formats and codings; two of those are the same
	for round := range int64(2) {
		gauge.Update(round)
		once(t, d)
		var first map[renderingKey]*byte
		for i := range 5 * combinations {
			request, err := http.NewRequest([]string{"GET", "HEAD", "POST"}[i%3],
				fmt.Sprintf("%s/%d?q=%d", server.URL, i, i), strings.NewReader("body"))
			if err != nil {
				t.Fatal(err)
			}
			request.Header.Set("Accept", fmt.Sprintf("%s;q=0.%d", []string{"*/*", "application/openmetrics-text"}[i%2], 1+i%9))
			coding := []string{"gzip", "zstd", "identity", "br"}[i/6%4]
			request.Header.Set("Accept-Encoding", coding)
			response, err := http.DefaultClient.Do(request)
			if err != nil {
				t.Fatal(err)
			}
			body, _ := io.ReadAll(response.Body)
			response.Body.Close()
			if response.StatusCode != http.StatusOK {
				t.Fatalf("request %d is answered %d", i, response.StatusCode)
			}
			value := fmt.Sprintf("\ng_gauge %d", round)
			if request.Method != "HEAD" && coding == "identity" && !strings.Contains(string(body), value) {
				t.Errorf("request %d of round %d is answered %q", i, round, body)
			}
			if i == combinations-1 {
				first = renderedBy(d)
			}
		}
		if last := renderedBy(d); len(last) != 2*3 || !maps.Equal(first, last) {
			t.Errorf("at first there were the renderings %v, and then %v; want two formats in three codings", first, last)
		}
	}
}

// renderedBy returns where the renderings are that a driver keeps: a rendering that is
// made anew lies elsewhere.
func renderedBy(d *Driver) map[renderingKey]*byte {
	d.renderings.mu.Lock()
	defer d.renderings.mu.Unlock()
	where := map[renderingKey]*byte{}
	for key, rendering := range d.renderings.runs {
		where[key] = unsafe.SliceData(rendering.chunk.Body)
	}
	return where
}

// Who asks for names that are not there, always others, has nothing read and nothing
// rendered of the families that are.
func TestStrangerAsksForNames(t *testing.T) {
	const count = 5000
	registry := metrics.NewRegistry()
	for i := range count {
		metrics.GetOrRegisterGauge(fmt.Sprint("g", i), registry).Update(int64(i))
	}
	d := newDetached(t, Config{Registry: registry, FlushInterval: time.Hour})
	once(t, d)
	h := d.Handler()
	i := 0
	allocs := testing.AllocsPerRun(10, func() {
		if i++; get(h, fmt.Sprintf("/?name[]=%d", i), "", "").Body.Len() != 0 {
			t.Error("something is served")
		}
	})
	if allocs > count/10 {
		t.Errorf("a request for nothing allocates %v times", allocs)
	}
	if got := get(h, "/?name[]=g7_gauge&name[]="+strings.Repeat("x", 1<<19), "", "").Body.String(); !strings.HasSuffix(got, "\ng7_gauge 7\n") {
		t.Errorf("beside a name of half a megabyte: %.200q", got)
	}
}

// codings are what a client may ask for and not read.
var codings = []string{"identity", "gzip", "zstd"}

// Scrapes that are opened and not read share what they hold, hold up nobody, and are
// given up, in every coding.
func TestStrangerDoesNotRead(t *testing.T) {
	for _, coding := range codings {
		synctest.Test(t, func(t *testing.T) {
			h := newHandler(0, []prometheus.Gatherer{noise(4 * writing.Piece)}, func([]error) {})
			dial := pipes.Serve(t, &http.Server{Handler: h})
			var unread []*http.Response
			for range 50 {
				unread = append(unread, pipes.Ask(t, dial(), "/", "Accept-Encoding: "+coding))
			}
			reading := pipes.Ask(t, dial(), "/", "Accept-Encoding: "+coding)
			if got := reading.Header.Get("Content-Encoding"); coding != "identity" && got != coding {
				t.Errorf("asked for %s, got %s", coding, got)
			}
			if pipes.IsCut(reading) {
				t.Errorf("%s: beside clients that don't read, one that reads is not served", coding)
			}
			time.Sleep(writing.Patience + time.Second)
			synctest.Wait() // each handler has returned, or the bubble could not end
			for i, response := range unread {
				if !pipes.IsCut(response) {
					t.Errorf("%s: client %d was not given up", coding, i)
				}
			}
		})
	}
}

// A stream of HTTP/2 that is not read is reset; others on its connection go on.
func TestStrangerDoesNotReadHTTP2(t *testing.T) {
	for _, coding := range codings {
		synctest.Test(t, func(t *testing.T) {
			var protocols http.Protocols
			protocols.SetUnencryptedHTTP2(true)
			mux := http.NewServeMux()
			mux.Handle("/large", HandlerFor(noise(12<<20))) // more than a stream's window of 4 MiB
			mux.Handle("/small", HandlerFor(noise(10)))
			dial := pipes.Serve(t, &http.Server{Handler: mux, Protocols: &protocols})
			transport := &http.Transport{
				Protocols: &protocols, DisableCompression: true,
				DialContext: func(context.Context, string, string) (net.Conn, error) { return dial(), nil },
			}
			defer transport.CloseIdleConnections()
			ask := func(path string) *http.Response {
				request, _ := http.NewRequest(http.MethodGet, "http://pipe"+path, nil)
				request.Header.Set("Accept-Encoding", coding)
				response, err := transport.RoundTrip(request)
				if err != nil {
					t.Fatal(err)
				}
				return response
			}
			unread := ask("/large")
			defer unread.Body.Close()
			for range 2 {
				if n, err := io.Copy(io.Discard, ask("/small").Body); err != nil || n == 0 || unread.ProtoMajor != 2 {
					t.Errorf("%s: another stream has %d bytes, %v", coding, n, err)
				}
				time.Sleep(writing.Patience + time.Second)
			}
			if n, err := io.Copy(io.Discard, unread.Body); err == nil {
				t.Errorf("%s: the stream was not reset, and has %d bytes", coding, n)
			}
		})
	}
}

// Huge headers are refused by net/http, or cost as much as small ones: what is beyond
// the limit of Accept is not even looked at, and nothing of a header comes back.
func TestStrangerSendsHugeHeaders(t *testing.T) {
	server := httptest.NewServer(HandlerFor(noise(10)))
	defer server.Close()
	ask := func(method, name, value string) *http.Response {
		request, err := http.NewRequest(method, server.URL, nil)
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Accept-Encoding", "identity") // or the transport asks for gzip
		request.Header.Set(name, value)
		response, err := http.DefaultTransport.RoundTrip(request)
		if err != nil {
			t.Fatal(err)
		}
		io.Copy(io.Discard, response.Body)
		response.Body.Close()
		response.Header.Del("Date")
		return response
	}
	element := "text/plain;q=0.5;version=0.0.4,"
	huge := strings.Repeat(element, 900<<10/len(element)) + "application/openmetrics-text"
	for _, method := range []string{"GET", "HEAD"} {
		plain := ask(method, "X-Other", "small")
		for _, name := range []string{"Accept", "Accept-Encoding", "X-Other"} {
			got := ask(method, name, huge)
			if got.StatusCode != http.StatusOK || fmt.Sprint(got.Header) != fmt.Sprint(plain.Header) {
				t.Errorf("%s with a huge %s: %d %.1000q", method, name, got.StatusCode, got.Header)
			}
		}
		if got := ask(method, "Accept", huge+huge+huge); got.StatusCode != http.StatusRequestHeaderFieldsTooLarge {
			t.Errorf("%s with nearly three megabytes of Accept: %d", method, got.StatusCode)
		}
	}
}

// Connections that only open, or send half a request, end with the server's limits and
// leave nothing; those that come beyond MaxInFlight are answered at once.
func TestStrangerOpensConnections(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		gathered := make(chan struct{})
		slow := prometheus.GathererFunc(func() ([]*dto.MetricFamily, error) {
			<-gathered
			return []*dto.MetricFamily{gaugeFamily("g", gaugeSeries(1))}, nil
		})
		var states sync.Map // of the connections that the server has
		server := &http.Server{
			Handler:           HandlerOptions{MaxInFlight: 3}.HandlerFor(slow),
			ReadHeaderTimeout: 10 * time.Second, IdleTimeout: time.Minute,
			ConnState: func(c net.Conn, state http.ConnState) {
				if states.Store(c, state); state == http.StateClosed {
					states.Delete(c)
				}
			},
		}
		dial := pipes.Serve(t, server)
		for i := range 100 {
			if c := dial(); i%2 == 0 {
				io.WriteString(c, "GET /metrics HTTP/1.1\r\nHost: ")
			}
		}
		var waiting sync.WaitGroup
		for range 3 {
			waiting.Go(func() { pipes.IsCut(pipes.Ask(t, dial(), "/")) })
		}
		synctest.Wait()
		for range 20 {
			response := pipes.Ask(t, dial(), "/")
			if response.StatusCode != http.StatusServiceUnavailable || pipes.IsCut(response) {
				t.Errorf("beyond MaxInFlight: %d", response.StatusCode)
			}
		}
		close(gathered)
		waiting.Wait()
		if response := pipes.Ask(t, dial(), "/"); response.StatusCode != http.StatusOK || pipes.IsCut(response) {
			t.Errorf("afterwards: %d", response.StatusCode)
		}
		time.Sleep(2 * time.Minute)
		synctest.Wait()
		for c, state := range states.Range {
			t.Errorf("a connection is left in state %v from %v", state, c.(net.Conn).RemoteAddr())
		}
	})
}

// SECURITY.md names no test that is not there.
func TestSecurityPageNamesTests(t *testing.T) {
	page, err := os.ReadFile("../SECURITY.md")
	if err != nil {
		t.Fatal(err)
	}
	there := map[string]bool{}
	err = filepath.WalkDir("..", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, "_test.go") {
			return err
		}
		source, err := os.ReadFile(path)
		for _, match := range regexp.MustCompile(`(?m)^func ((?:Test|Fuzz)\w+)\(`).FindAllSubmatch(source, -1) {
			there[string(match[1])] = true
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	named := regexp.MustCompile("`((?:Test|Fuzz)[A-Z]\\w+)`").FindAllSubmatch(page, -1)
	if len(named) < 10 {
		t.Errorf("only %d tests are named", len(named))
	}
	for _, match := range named {
		if !there[string(match[1])] {
			t.Errorf("there is no %s", match[1])
		}
	}
}
