package harness

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// InfluxDB is a running InfluxDB 1.
type InfluxDB struct {
	*Process
	URL string // http://host:port

	config string
}

const influxConfig = `reporting-enabled = false
bind-address = %q
[meta]
dir = "%[3]s/meta"
[data]
dir = "%[3]s/data"
wal-dir = "%[3]s/wal"
[monitor]
store-enabled = false
[http]
bind-address = %[2]q
log-enabled = false
`

// StartInfluxDB starts Debian's InfluxDB with nothing but a database of that name.
func StartInfluxDB(t testing.TB, database string) *InfluxDB {
	t.Helper()
	address, folder := FreeAddress(t), t.TempDir()
	i := &InfluxDB{URL: "http://" + address, config: filepath.Join(folder, "influxdb.conf")}
	text := fmt.Sprintf(influxConfig, FreeAddress(t), address, folder)
	if err := os.WriteFile(i.config, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	i.Restart(t)
	response, err := http.PostForm(i.URL+"/query", url.Values{"q": {"CREATE DATABASE " + database}})
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	return i
}

// Restart starts it again after Kill or Stop, on the same address with what it had
// stored.
func (i *InfluxDB) Restart(t testing.TB) {
	t.Helper()
	path, err := exec.LookPath("influxd")
	if err != nil {
		missing(t, "no InfluxDB, install Debian's influxdb: %v", err)
	}
	i.Process = Start(t, "influxd", path, "-config", i.config)
	Eventually(t, i.URL, func() error {
		response, err := http.Get(i.URL + "/ping")
		if err != nil {
			return err
		}
		response.Body.Close()
		if response.StatusCode != http.StatusNoContent {
			return errors.New(response.Status)
		}
		return nil
	})
}

// InfluxSeries is a part of what InfluxDB answers.
type InfluxSeries struct {
	Name    string            `json:"name"`
	Tags    map[string]string `json:"tags"`
	Columns []string          `json:"columns"`
	Values  [][]any           `json:"values"`
}

// Query evaluates InfluxQL.
func (i *InfluxDB) Query(database, influxql string) ([]InfluxSeries, error) {
	response, err := http.Get(i.URL + "/query?" + url.Values{"db": {database}, "q": {influxql}}.Encode())
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	var answer struct {
		Error   string
		Results []struct {
			Error  string
			Series []InfluxSeries
		}
	}
	if err := json.NewDecoder(response.Body).Decode(&answer); err != nil {
		return nil, err
	}
	if answer.Error != "" || len(answer.Results) != 1 || answer.Results[0].Error != "" {
		return nil, fmt.Errorf("%s: %+v", influxql, answer)
	}
	return answer.Results[0].Series, nil
}
