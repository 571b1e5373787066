package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"
)

// TestRun starts the cluster as a user does, and compares what it shows with what it
// knows.
func TestRun(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	reader, out := io.Pipe()
	ended := make(chan error, 1)
	go func() { ended <- run(ctx, []string{"-listen", "127.0.0.1:0", "-rate", "0", "-transfer", "0"}, out) }()
	var first string
	if _, err := fmt.Fscanf(reader, "serving %s\n", &first); err != nil {
		t.Fatal(err)
	}
	go io.Copy(io.Discard, reader)
	base := strings.TrimSuffix(first, "/metrics")

	poll(t, "a leader", func() bool { return post(base+"/apply?n=20") == "applied 20\n" })
	poll(t, "another leader", func() bool { return post(base+"/transfer") == "handed on\n" })
	poll(t, "commands for it", func() bool { return post(base+"/apply?n=5") == "applied 5\n" })

	// On a busy machine there may be more elections than these two, and commands that
	// were asked for again.
	var now status
	var differences []string
	poll(t, "metrics that are the truth", func() bool {
		if err := json.Unmarshal([]byte(get(t, base+"/status")), &now); err != nil {
			t.Fatal(err)
		}
		differences = compare(get(t, base+"/metrics"), now)
		return len(differences) == 0 && now.Committed == size*now.Applied
	}, &differences, &now)
	if now.Applied < 25 || now.Elections < 2 {
		t.Errorf("the cluster says %+v, want 25 commands and two elections at least", now)
	}
	if n := strings.TrimSpace(post(base + "/apply?n=x")); n != "n is how many commands to apply, up to 65535" {
		t.Errorf("answer %q", n)
	}
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

// compare lists the series that are not what the cluster says.
func compare(exposition string, now status) (differences []string) {
	for series, want := range map[string]int64{
		"raft_apply_total": now.Asked, "raft_fsm_apply_seconds_count": now.Committed,
		"raft_state_leader_total": now.Elections, "raft_peers": size,
	} {
		if !strings.Contains(exposition, fmt.Sprintf("\n%s %d\n", series, want)) {
			got := regexp.MustCompile(`(?m)^` + series + ` .*$`).FindString(exposition)
			differences = append(differences, fmt.Sprintf("%s is not %d: %q", series, want, got))
		}
	}
	return differences
}

func TestOptions(t *testing.T) {
	for _, arguments := range []string{"x", "-rate NaN", "-rate -1", "-rate 1e9", "-transfer -1s", "-unknown"} {
		if _, err := parseOptions(strings.Fields(arguments), io.Discard); err == nil {
			t.Errorf("%s is accepted", arguments)
		}
	}
}

// poll waits for what takes raft a moment, and says what it knows if that never comes.
func poll(t *testing.T, what string, check func() bool, known ...any) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); !check(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("no %s after 20 s: %+v", what, known)
		}
	}
}

func get(t *testing.T, url string) string {
	t.Helper()
	response, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

func post(url string) string {
	response, err := http.Post(url, "", nil)
	if err != nil {
		return err.Error()
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		return err.Error()
	}
	return string(body)
}
