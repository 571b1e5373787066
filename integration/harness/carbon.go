package harness

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// Carbon is a running carbon-cache, the part of Graphite that takes lines and stores them.
type Carbon struct {
	*Process
	Address string // host:port, for lines over TCP

	folder string
	starts int
}

const carbonConfig = `[cache]
STORAGE_DIR = %[1]s
LOCAL_DATA_DIR = %[1]s/whisper
CONF_DIR = %[1]s
LOG_DIR = %[1]s/log
PID_DIR = %[1]s
USER =
MAX_CACHE_SIZE = inf
MAX_UPDATES_PER_SECOND = inf
MAX_CREATES_PER_MINUTE = inf
LINE_RECEIVER_INTERFACE = 127.0.0.1
LINE_RECEIVER_PORT = %[2]s
PICKLE_RECEIVER_INTERFACE = 127.0.0.1
PICKLE_RECEIVER_PORT = %[3]s
CACHE_QUERY_INTERFACE = 127.0.0.1
CACHE_QUERY_PORT = %[4]s
ENABLE_UDP_LISTENER = False
ENABLE_TAGS = False
`

const carbonSchemas = "[all]\npattern = .*\nretentions = 1s:1h\n"

// StartCarbon starts Debian's carbon-cache with nothing stored. It keeps a value for each
// second.
func StartCarbon(t testing.TB) *Carbon {
	t.Helper()
	c := &Carbon{Address: FreeAddress(t), folder: t.TempDir()}
	port := func(address string) string {
		_, port, _ := net.SplitHostPort(address)
		return port
	}
	for name, text := range map[string]string{
		"carbon.conf": fmt.Sprintf(carbonConfig, c.folder,
			port(c.Address), port(FreeAddress(t)), port(FreeAddress(t))),
		"storage-schemas.conf": carbonSchemas,
	} {
		if err := os.WriteFile(filepath.Join(c.folder, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	c.Restart(t)
	return c
}

// Restart starts it again after Kill or Stop, on the same address with what it had
// stored.
func (c *Carbon) Restart(t testing.TB) {
	t.Helper()
	path, err := exec.LookPath("carbon-cache")
	if err != nil {
		missing(t, "no carbon, install Debian's graphite-carbon: %v", err)
	}
	c.starts++
	c.Process = Start(t, "carbon-cache", path,
		"--config="+filepath.Join(c.folder, "carbon.conf"),
		fmt.Sprintf("--pidfile=%s/%d.pid", c.folder, c.starts),
		"--nodaemon", "start")
	process := c.Process
	t.Cleanup(func() { process.Kill() }) // it does not end well by a signal
	Eventually(t, "carbon at "+c.Address, func() error {
		conn, err := net.Dial("tcp", c.Address)
		if err == nil {
			conn.Close()
		} else if !c.Running() {
			return fatalError{errors.New("it has ended")}
		}
		return err
	})
}

// Last returns the latest value that was stored under a path.
func (c *Carbon) Last(path string) (float64, error) {
	data, err := os.ReadFile(filepath.Join(c.folder, "whisper", strings.ReplaceAll(path, ".", "/")+".wsp"))
	if err != nil {
		return 0, err
	}
	const header, pointSize = 16 + 12, 12 // of a file with one archive; of a time and a value
	var latest uint32
	value := math.NaN()
	for at := header; at+pointSize <= len(data); at += pointSize {
		if time := binary.BigEndian.Uint32(data[at:]); time > latest {
			latest = time
			value = math.Float64frombits(binary.BigEndian.Uint64(data[at+4:]))
		}
	}
	return value, nil
}

// Paths returns all paths under which something is stored, but for carbon's own.
func (c *Carbon) Paths() (paths []string, err error) {
	root := filepath.Join(c.folder, "whisper")
	err = filepath.WalkDir(root, func(file string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		path := strings.ReplaceAll(strings.TrimPrefix(file, root+"/"), "/", ".")
		if !strings.HasPrefix(path, "carbon.") {
			paths = append(paths, strings.TrimSuffix(path, ".wsp"))
		}
		return nil
	})
	return paths, err
}
