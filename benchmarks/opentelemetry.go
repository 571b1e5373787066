package benchmarks

import (
	"context"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"go.opentelemetry.io/otel/attribute"
	exporter "go.opentelemetry.io/otel/exporters/prometheus"
	"go.opentelemetry.io/otel/metric"
	sdk "go.opentelemetry.io/otel/sdk/metric"
)

func openTelemetry() Peer {
	return Peer{
		Name:    "OpenTelemetry SDK",
		Modules: []string{"go.opentelemetry.io/otel/sdk/metric", "go.opentelemetry.io/otel/exporters/prometheus"},
		Instruments: []Instrument{
			{Kind: Counter, Name: "Int64Counter", Lazy: true, Open: otelCounters},
			{Kind: Gauge, Name: "Float64Gauge", Lazy: true, Open: otelGauges},
			{Kind: Distribution, Name: "Float64Histogram, explicit", Lazy: true, Open: otelHistograms(false)},
			{Kind: Distribution, Name: "Float64Histogram, exponential", Lazy: true, Open: otelHistograms(true)},
		},
		Lookups: []Lookup{
			{By: ByValues, Name: "prepared WithAttributeSet", Open: otelPrepared},
			{By: ByLabels, Name: "WithAttributes", Open: otelAttributes},
		},
		Worlds: []World{
			{Layout: Labelled, Name: "with its Prometheus exporter", Open: otelWorld},
			{Layout: Typed, Name: "with its Prometheus exporter", Open: otelWorld},
		},
	}
}

// otelMeter is a meter whose figures come out in the Prometheus registry, with
// nothing but defaults save for the kind of histograms. Those that instruments
// have by default are meant for milliseconds; these are for seconds.
func otelMeter(exponential bool) (metric.Meter, *prometheus.Registry) {
	registry := prometheus.NewRegistry()
	reader, err := exporter.New(exporter.WithRegisterer(registry))
	must(err)
	options := []sdk.Option{sdk.WithReader(reader)}
	if exponential {
		options = append(options, sdk.WithView(sdk.NewView(sdk.Instrument{Kind: sdk.InstrumentKindHistogram},
			sdk.Stream{Aggregation: sdk.AggregationBase2ExponentialHistogram{MaxSize: 160, MaxScale: 20}})))
	}
	return sdk.NewMeterProvider(options...).Meter("benchmarks"), registry
}

func otelHistogram(meter metric.Meter, name string) metric.Float64Histogram {
	h, err := meter.Float64Histogram(name, metric.WithExplicitBucketBoundaries(prometheus.DefBuckets...))
	must(err)
	return h
}

func otelCounters(names []string) Recorder {
	meter, registry := otelMeter(false)
	var all []metric.Int64Counter
	for _, name := range names {
		c, err := meter.Int64Counter(name)
		must(err)
		all = append(all, c)
	}
	one, ctx := all[0], context.Background()
	return Recorder{
		One: func(values []Value) {
			for range values {
				one.Add(ctx, 1)
			}
		},
		Spread: func(values []Value) {
			for i := range values {
				all[values[i].At].Add(ctx, 1)
			}
		},
		Totals: otelTotals(registry),
	}
}

func otelGauges(names []string) Recorder {
	meter, registry := otelMeter(false)
	var all []metric.Float64Gauge
	for _, name := range names {
		g, err := meter.Float64Gauge(name + "_gauge")
		must(err)
		all = append(all, g)
	}
	one, ctx := all[0], context.Background()
	return Recorder{
		One: func(values []Value) {
			for i := range values {
				one.Record(ctx, values[i].Seconds)
			}
		},
		Spread: func(values []Value) {
			for i := range values {
				all[values[i].At].Record(ctx, values[i].Seconds)
			}
		},
		Totals: otelTotals(registry),
	}
}

func otelHistograms(exponential bool) func([]string) Recorder {
	return func(names []string) Recorder {
		meter, registry := otelMeter(exponential)
		var all []metric.Float64Histogram
		for _, name := range names {
			all = append(all, otelHistogram(meter, name))
		}
		one, ctx := all[0], context.Background()
		return Recorder{
			One: func(values []Value) {
				for i := range values {
					one.Record(ctx, values[i].Seconds)
				}
			},
			Spread: func(values []Value) {
				for i := range values {
					all[values[i].At].Record(ctx, values[i].Seconds)
				}
			},
			Totals: otelTotals(registry),
		}
	}
}

func otelTotals(registry *prometheus.Registry) func() (count, sum float64) {
	return func() (count, sum float64) { return totalsOf(promhttp.HandlerFor(registry, promhttp.HandlerOpts{})) }
}

// otelPrepared finds the attribute set of the pair in a map of the user's own:
// the library has nothing that takes bare values, and this is how its
// documentation would have it where attributes come again and again.
func otelPrepared() (func([]Pair), func() float64) {
	meter, registry := otelMeter(false)
	requests, err := meter.Int64Counter("requests")
	must(err)
	ctx, prepared := context.Background(), make(map[Pair][]metric.AddOption)
	for _, e := range pairs() {
		prepared[e] = []metric.AddOption{metric.WithAttributeSet(
			attribute.NewSet(attribute.String("code", e.Code), attribute.String("method", e.Method)))}
	}
	return func(events []Pair) {
		for _, e := range events {
			requests.Add(ctx, 1, prepared[e]...)
		}
	}, promCount(registry)
}

func otelAttributes() (func([]Pair), func() float64) {
	meter, registry := otelMeter(false)
	requests, err := meter.Int64Counter("requests")
	must(err)
	ctx := context.Background()
	return func(events []Pair) {
		for _, e := range events {
			requests.Add(ctx, 1, metric.WithAttributes(attribute.String("code", e.Code), attribute.String("method", e.Method)))
		}
	}, promCount(registry)
}

// otelSeries is an instrument with the attributes of a series.
type otelSeries[M any] struct {
	instrument M
	attributes metric.MeasurementOption
}

// otelWorld has meters as counters, and timers as histograms.
func otelWorld(p Population) *Exposed {
	meter, registry := otelMeter(false)
	counter := func(name string) (metric.Int64Counter, error) { return meter.Int64Counter(name) }
	counters := append(otelAll(p, counterName, "", counter), otelAll(p, meterName, "", counter)...)
	gauges := otelAll(p, gaugeName, "", func(name string) (metric.Float64Gauge, error) { return meter.Float64Gauge(name) })
	histogram := func(name string) (metric.Float64Histogram, error) { return otelHistogram(meter, name), nil }
	timers := otelAll(p, timerName, "_seconds", histogram)
	histograms := otelAll(p, histogramName, "", histogram)
	ctx := context.Background()
	e := &Exposed{
		Update: func(values []Value) {
			for _, v := range values {
				for _, c := range counters {
					c.instrument.Add(ctx, 1, c.attributes)
				}
				for i := range gauges {
					gauges[i].instrument.Record(ctx, v.Seconds, gauges[i].attributes)
					timers[i].instrument.Record(ctx, v.Seconds, timers[i].attributes)
					histograms[i].instrument.Record(ctx, v.Seconds, histograms[i].attributes)
				}
			}
		},
		Record: func(timer int, v Value) {
			timers[timer].instrument.Record(ctx, v.Seconds, timers[timer].attributes)
		},
	}
	serveWithPromhttp(e, registry)
	return e
}

func otelAll[M any](p Population, kind, suffix string, instrument func(name string) (M, error)) (all []otelSeries[M]) {
	byName := make(map[string]M)
	for _, id := range p.Identities(kind) {
		m, known := byName[id.Name]
		if !known {
			var err error
			m, err = instrument(id.Name + suffix)
			must(err)
			byName[id.Name] = m
		}
		var attributes []attribute.KeyValue
		if id.Route != "" {
			attributes = []attribute.KeyValue{attribute.String(routeLabel, id.Route), attribute.String(codeLabel, id.Code)}
		}
		all = append(all, otelSeries[M]{m, metric.WithAttributeSet(attribute.NewSet(attributes...))})
	}
	return all
}
