package truth

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"
)

// A Report is what a driver reported to OnError.
type Report struct {
	At     time.Time
	Driver string
	Name   string // of the metric; empty if the error is about none
	Reason string // why it is left out; "push" for a push that failed, "source" for a source
	Text   string
}

// DeliveryFailed is the reason of a report that a driver for another program could not
// deliver.
const DeliveryFailed = "delivery"

// A Cause is something that a service does to its drivers, and what they must
// report of it.
type Cause struct {
	Trouble string
	Name    string // of the metric; a name that ends with an asterisk is a prefix
	Reason  string
	Max     int      // reports of one driver; 0 means any number
	Seen    []string // drivers that had the time to report it, and must have
}

// Explains reports whether a driver may have reported this of the cause.
func (c Cause) Explains(r Report) bool {
	prefix, any := strings.CutSuffix(c.Name, "*")
	return c.Reason == r.Reason && (c.Name == r.Name || any && strings.HasPrefix(r.Name, prefix))
}

// A Stall is a time in which the machine did not run the service as it should.
type Stall struct{ From, To time.Time }

// A Journal is a file of entries, one a line, which survives the one who writes it.
// It may be used concurrently.
type Journal[T any] struct {
	mu   sync.Mutex
	file *os.File
}

// The journals of a service.
const (
	Reports = "reports"
	Causes  = "causes"
	Stalls  = "stalls"
)

// NewJournal begins a journal in the service's folder.
func NewJournal[T any](folder, name string) (*Journal[T], error) {
	file, err := os.Create(filepath.Join(folder, name))
	return &Journal[T]{file: file}, err
}

// Add writes an entry.
func (j *Journal[T]) Add(entry T) error {
	text, err := json.Marshal(entry)
	if err != nil {
		return err
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	_, err = j.file.Write(append(text, '\n'))
	return err
}

// ReadJournal reads all entries that are whole.
func ReadJournal[T any](folder, name string) (entries []T, err error) {
	text, err := os.ReadFile(filepath.Join(folder, name))
	if err != nil {
		return nil, err
	}
	for line := range bytes.Lines(text) {
		var entry T
		if !bytes.HasSuffix(line, []byte("\n")) {
			break // the service was killed, or is writing
		}
		if err := json.Unmarshal(line, &entry); err != nil {
			return entries, err
		}
		entries = append(entries, entry)
	}
	return entries, nil
}
