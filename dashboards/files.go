package dashboards

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Names of the files that WriteFiles writes.
const (
	dashboardName = "dashboard.json"
	recordingName = "recording.yml"
	alertsName    = "alerts.yml"
	testsName     = "rules_test.yml"
	readmeName    = "README.md"
	checksumsName = "SHA256SUMS"
)

// ChangedError is returned by WriteFiles for files that are not as they were
// generated: somebody changed them by hand, or they come from elsewhere.
type ChangedError struct {
	Files []string // with their folder, sorted
}

func (e *ChangedError) Error() string {
	return fmt.Sprintf("dashboards: not overwritten, since changed by hand or not generated: %s",
		strings.Join(e.Files, ", "))
}

// WriteFiles writes dashboard.json, recording.yml, alerts.yml, rules_test.yml and
// README.md into a folder, which is made if it is not there.
//
// A file SHA256SUMS beside them keeps what was generated, in the format of sha256sum. A
// file that is neither as listed there nor as it would be now is not overwritten; then
// nothing is written, and the error is a *ChangedError, unless force is set.
func (m *Monitoring) WriteFiles(folder string, force bool) error {
	files := m.files()
	if !force {
		if err := checkUnchanged(folder, files); err != nil {
			return err
		}
	}
	if err := os.MkdirAll(folder, 0o777); err != nil {
		return fmt.Errorf("dashboards: %w", err)
	}
	files[checksumsName] = checksums(files)
	for _, name := range slices.Sorted(maps.Keys(files)) {
		if err := replace(filepath.Join(folder, name), files[name]); err != nil {
			return fmt.Errorf("dashboards: %w", err)
		}
	}
	return nil
}

func (m *Monitoring) files() map[string][]byte {
	return map[string][]byte{
		dashboardName: m.dashboard,
		recordingName: m.recording,
		alertsName:    m.alerts,
		testsName:     m.tests,
		readmeName:    m.readme,
	}
}

func checkUnchanged(folder string, files map[string][]byte) error {
	generated, err := readChecksums(filepath.Join(folder, checksumsName))
	if err != nil {
		return fmt.Errorf("dashboards: %w", err)
	}
	var changed []string
	for name, text := range files {
		path := filepath.Join(folder, name)
		there, err := os.ReadFile(path)
		switch {
		case errors.Is(err, fs.ErrNotExist):
		case err != nil:
			return fmt.Errorf("dashboards: %w", err)
		case checksum(there) != generated[name] && !bytes.Equal(there, text):
			changed = append(changed, path)
		}
	}
	if len(changed) == 0 {
		return nil
	}
	slices.Sort(changed)
	return &ChangedError{changed}
}

func checksum(text []byte) string {
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}

func checksums(files map[string][]byte) []byte {
	var out bytes.Buffer
	for _, name := range slices.Sorted(maps.Keys(files)) {
		fmt.Fprintf(&out, "%s  %s\n", checksum(files[name]), name)
	}
	return out.Bytes()
}

// readChecksums reads what was generated last; nothing, if there is no such file.
func readChecksums(path string) (map[string]string, error) {
	text, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	sums := make(map[string]string)
	for line := range strings.Lines(string(text)) {
		if sum, name, found := strings.Cut(strings.TrimSpace(line), "  "); found {
			sums[name] = sum
		}
	}
	return sums, nil
}

// replace writes a file whole or not at all.
func replace(path string, text []byte) error {
	temporary, err := os.CreateTemp(filepath.Dir(path), ".dashboards-*")
	if err != nil {
		return err
	}
	defer os.Remove(temporary.Name()) // in vain, once it is renamed
	_, err = temporary.Write(text)
	err = errors.Join(err, temporary.Chmod(0o644), temporary.Close())
	if err != nil {
		return err
	}
	return os.Rename(temporary.Name(), path)
}
