package drivers

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/go-metrics-plus/metrics/drivers/influxdb"
	"github.com/go-metrics-plus/metrics/integration/harness"
)

func startInfluxDriver(t *testing.T, a *application, config influxdb.Config) *influxdb.Driver {
	t.Helper()
	config.Gatherer, config.OnError = a, a.onError
	config.Interval, config.Timeout = 100*time.Millisecond, 10*time.Second
	d, err := influxdb.New(config)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// InfluxDB 1 has all values under the names of Telegraf's version 1, killed or not.
func TestInfluxDB(t *testing.T) {
	i := harness.StartInfluxDB(t, "shop")
	a := newApplication(t)
	d := startInfluxDriver(t, a, influxdb.Config{URL: i.URL, Database: "shop", BatchSize: 5})
	testRestarts(t, 2, a, d, i, func(s sample) (float64, error) {
		var where []string
		for name, value := range s.own {
			where = append(where, fmt.Sprintf(`"%s" = '%s'`, name, value))
		}
		query := fmt.Sprintf(`SELECT last(%q) FROM %q`, s.field, s.family)
		if len(where) > 0 {
			query += " WHERE " + strings.Join(where, " AND ")
		}
		series, err := i.Query("shop", query)
		if err != nil {
			return 0, err
		}
		if len(series) != 1 {
			return 0, errNotThere
		}
		value, ok := series[0].Values[0][1].(float64)
		if !ok {
			return 0, fmt.Errorf("%s: %v", query, series)
		}
		return value, nil
	})
}

// VictoriaMetrics has all values under Prometheus's names by version 2, killed or not.
func TestInfluxDBLinesToVictoriaMetrics(t *testing.T) {
	v := harness.StartVictoriaMetrics(t)
	a := newApplication(t)
	d := startInfluxDriver(t, a, influxdb.Config{URL: v.URL + "/write", MetricVersion: 2})
	testRestarts(t, 2, a, d, v, func(s sample) (float64, error) {
		return valueAt(v, "prometheus_"+s.name, s.labels)
	})
}

// valueAt returns the value of the series with these labels and no others.
func valueAt(v *harness.VictoriaMetrics, name string, labels map[string]string) (float64, error) {
	if err := v.Flush(); err != nil {
		return 0, err
	}
	vector, err := v.Query(fmt.Sprintf(`{__name__=%q}`, name))
	if err != nil {
		return 0, err
	}
	want, _ := json.Marshal(labels)
	for _, got := range vector {
		delete(got.Metric, "__name__")
		if text, _ := json.Marshal(got.Metric); string(text) == string(want) {
			return float64(got.Value), nil
		}
	}
	return 0, errNotThere
}
