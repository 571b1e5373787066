package metrics_test

import (
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/go-metrics-plus/metrics"
)

// Series of one name are told apart by their labels, in whatever order these are
// given.
func ExampleLabels() {
	r := metrics.NewRegistry()
	metrics.GetOrRegisterCounter("requests", r, metrics.Labels{"code": "200", "method": "GET"}).Inc(2)
	metrics.GetOrRegisterCounter("requests", r, metrics.Labels{"method": "GET", "code": "200"}).Inc(1)
	metrics.GetOrRegisterCounter("requests", r, metrics.Labels{"code": "500"}).Inc(1)
	r.Each(func(name string, metric any) {
		counter := metric.(metrics.Counter)
		fmt.Println(name, counter.Labels(), counter.Count())
	})
	// Output:
	// requests {code="200",method="GET"} 3
	// requests {code="500"} 1
}

// Where label values change from call to call, a Vec finds the series fastest.
func ExampleVec() {
	r := metrics.NewRegistry()
	requests := metrics.NewVec[metrics.Counter](r, "requests", "code", "method")
	latency := metrics.NewVec[metrics.Timer](r, "latency", "method")

	requests.With("200", "GET").Inc(1)
	requests.With("404", "GET").Inc(1)
	requests.With("200", "GET").Inc(1)
	latency.With("GET").Update(20 * time.Millisecond)

	fmt.Println(requests.With("200", "GET").Count(), requests.With("404", "GET").Count())
	fmt.Println(time.Duration(latency.With("GET").Max()))
	// Output:
	// 2 1
	// 20ms
}

// Each part of a program gets a view under a prefix of its own.
func ExampleNewPrefixedChildRegistry() {
	app := metrics.NewRegistry()
	db := metrics.NewPrefixedChildRegistry(app, "db.")
	replica := metrics.NewPrefixedChildRegistry(db, "replica.")
	metrics.GetOrRegisterCounter("queries", db).Inc(5)
	metrics.GetOrRegisterCounter("queries", replica).Inc(3)
	metrics.GetOrRegisterCounter("starts", app).Inc(1)

	db.Each(func(name string, metric any) { fmt.Println(name, metric.(metrics.Counter).Count()) })
	replica.UnregisterAll()
	fmt.Println(app.Get("db.replica.queries"), app.Get("starts") != nil)
	// Output:
	// db.queries 5
	// db.replica.queries 3
	// <nil> true
}

// A functional gauge is read when somebody looks.
func ExampleNewFunctionalGauge() {
	r := metrics.NewRegistry()
	queue := []string{"a", "b"}
	metrics.NewRegisteredFunctionalGauge("queue.length", r, func() int64 { return int64(len(queue)) })
	queue = append(queue, "c")
	fmt.Println(r.Get("queue.length").(metrics.Gauge).Value())
	// Output: 3
}

func ExampleNewHealthcheck() {
	r := metrics.NewRegistry()
	connected := false
	check := metrics.NewHealthcheck(func(h metrics.Healthcheck) {
		if connected {
			h.Healthy()
		} else {
			h.Unhealthy(errors.New("no connection"))
		}
	}, metrics.Labels{"database": "orders"})
	if err := r.Register("database", check); err != nil {
		fmt.Println(err)
	}

	r.RunHealthchecks()
	fmt.Println(check.Error())
	connected = true
	r.RunHealthchecks()
	fmt.Println(check.Error())
	// Output:
	// no connection
	// <nil>
}

func ExampleWriteJSONOnce() {
	r := metrics.NewRegistry()
	metrics.GetOrRegisterCounter("requests", r, metrics.Labels{"code": "200"}).Inc(7)
	metrics.GetOrRegisterGaugeFloat64("load", r).Update(0.25)
	if err := metrics.WriteJSONOnce(r, os.Stdout); err != nil {
		fmt.Println(err)
	}
	// Output: {"load":{"value":0.25},"requests{code=\"200\"}":{"count":7}}
}

// A description holds for all series of a name, and may come first.
func ExampleDescribe() {
	r := metrics.NewRegistry()
	description := metrics.Description{Help: "Size of what clients sent.", Unit: "bytes"}
	if err := metrics.Describe("upload", r, description); err != nil {
		fmt.Println(err) // only a registry of one's own may be unable
	}
	metrics.GetOrRegisterHistogram("upload", r, nil).Update(1024)
	kept, ok := r.(*metrics.StandardRegistry).DescriptionOf("upload")
	fmt.Println(kept.Help, kept.Unit, ok)
	// Output: Size of what clients sent. bytes true
}

// Get and Unregister go by name; these go by series.
func ExampleGetSeries() {
	r := metrics.NewRegistry()
	for _, code := range []string{"200", "404"} {
		metrics.GetOrRegisterCounter("requests", r, metrics.Labels{"code": code}).Inc(1)
	}
	fmt.Println(r.Get("requests")) // there are two
	counter, ok := metrics.GetSeries("requests", r, metrics.Labels{"code": "404"}).(metrics.Counter)
	fmt.Println(counter.Labels(), ok)
	fmt.Println(metrics.UnregisterSeries("requests", r, metrics.Labels{"code": "404"}))
	fmt.Println(r.Get("requests").(metrics.Counter).Labels())
	// Output:
	// <nil>
	// {code="404"} true
	// true
	// {code="200"}
}

func ExampleRegistry_register() {
	r := metrics.NewRegistry()
	fmt.Println(r.Register("jobs", metrics.NewCounter()))
	fmt.Println(r.Register("jobs", metrics.NewCounter()))
	fmt.Println(r.Register("jobs", metrics.NewTimer(metrics.Labels{"kind": "mail"})))

	var duplicate metrics.DuplicateMetric
	if err := r.Register("jobs", metrics.NewCounter()); errors.As(err, &duplicate) {
		fmt.Println("already there:", string(duplicate))
	}
	// Output:
	// <nil>
	// duplicate metric: jobs
	// metric jobs: is a Counter, can't be a Timer as well
	// already there: jobs
}

// SinkOnce leaves the last value of something that is gone: the next Each hands it
// out, and no later one.
func ExampleRegistry_sinkOnce() {
	r := metrics.NewRegistry()
	metrics.GetOrRegisterCounter("connections", r).Inc(1)
	closed := metrics.NewGauge(metrics.Labels{"connection": "7"})
	closed.Update(1024)
	r.SinkOnce("bytes", closed)

	show := func(name string, metric any) { fmt.Println(name, metric) }
	r.Each(show)
	r.Each(show)
	// Output:
	// connections counter count=1
	// bytes gauge{connection="7"} value=1024
	// connections counter count=1
}

// All histograms and timers of a registry can get another sample than the
// default one.
func ExampleWithSample() {
	r := metrics.NewRegistry(metrics.WithSample(func() metrics.Sample { return metrics.NewUniformSample(100) }))
	h := metrics.GetOrRegisterHistogram("size", r, nil)
	for range 1000 {
		h.Update(1)
	}
	fmt.Println(h.Count(), h.Sample().Size())
	// Output: 1000 100
}

// audited shows how a registry is wrapped: embed one, and override a method.
type audited struct {
	metrics.Registry
	asked []string
}

func (r *audited) GetOrRegister(name string, metric any) any {
	r.asked = append(r.asked, name)
	return r.Registry.GetOrRegister(name, metric)
}

func ExampleRegistry_wrapped() {
	r := &audited{Registry: metrics.NewRegistry()}
	metrics.GetOrRegisterCounter("jobs", r, metrics.Labels{"kind": "mail"}).Inc(1)
	metrics.GetOrRegisterTimer("latency", r)
	fmt.Println(r.asked)
	// Output: [jobs latency]
}
