package soak

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"path/filepath"
	"testing"

	"github.com/go-metrics-plus/metrics/integration/harness"
)

// service is a service of the chain, through all its lives.
type service struct {
	name           string
	program        string
	environment    []string
	kafka          bool
	mortal, shifts bool // it may be killed; its clock may jump
	process        *harness.Process
	address        string
	generation     int
}

func buildService(t testing.TB) string {
	return harness.BuildProgram(t, "soak-service", "./soak/service", shiftableClock(t)...)
}

// startService begins a life of the service, at the address of the one before.
func (r *run) startService(s *service, environment ...string) {
	s.generation++
	if s.address == "" {
		s.address = "127.0.0.1:0"
	}
	arguments := []string{
		"-name", s.name, "-folder", r.folderOf(s, s.generation), "-listen", s.address,
		"-generation", fmt.Sprint(s.generation), "-seed", fmt.Sprint(r.seed), "-gateway", r.proxy.address(),
	}
	if s.kafka {
		arguments = append(arguments, "-broker", r.broker)
	}
	arguments = append(arguments, r.deliveryArguments(s)...)
	s.process = harness.StartWith(r.t, append(environment, s.environment...), s.name, s.program, arguments...)
	s.address = s.process.AwaitLog(r.t, `serving http://(\S+)/`)
}

func (r *run) folderOf(s *service, generation int) string {
	return filepath.Join(r.folder, fmt.Sprintf("%s-%d", s.name, generation))
}

// post gives an order to a service.
func (r *run) post(s *service, path string) {
	r.t.Helper()
	response, err := r.client.Post("http://"+s.address+path, "text/plain", nil)
	if err != nil {
		r.t.Fatalf("%s of %s: %v", path, s.name, err)
	}
	defer response.Body.Close()
	if text, _ := io.ReadAll(response.Body); response.StatusCode != http.StatusOK {
		r.t.Fatalf("%s of %s: %s: %s", path, s.name, response.Status, text)
	}
}

// get asks a service for something in JSON.
func (r *run) get(s *service, path string, into any) {
	r.t.Helper()
	response, err := r.client.Get("http://" + s.address + path)
	if err != nil {
		r.t.Fatalf("%s of %s: %v", path, s.name, err)
	}
	defer response.Body.Close()
	if err := json.NewDecoder(response.Body).Decode(into); err != nil {
		r.t.Fatalf("%s of %s: %s: %v", path, s.name, response.Status, err)
	}
}
