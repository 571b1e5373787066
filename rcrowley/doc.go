// Package rcrowley lets libraries that insist on a registry of
// github.com/rcrowley/go-metrics record into instruments of
// github.com/go-metrics-plus/metrics:
//
//	config := sarama.NewConfig()
//	config.MetricRegistry = rcrowley.NewRegistry(registry)
//
// What such a library asks for by GetOrRegister with a constructor, as
// GetOrRegisterMeter and its like do, is made in our registry and stands behind
// rcrowley's interface. It has exact counts and sums and, if the registry was made
// [metrics.WithSample] of buckets, real histograms; it is recorded at our speed;
// and no goroutine ticks its rates.
//
// What a library made itself is kept and shown as it is: by Register,
// GetOrRegister with an instance, the NewRegistered functions, and
// GetOrRegisterGaugeFloat64, which passes an instance too. Functional gauges are
// of this kind. Health checks go to our registry, since they are the same in both
// libraries.
//
// To catch also those who pass no registry, put it in place of rcrowley's before
// anything else runs:
//
//	gometrics.DefaultRegistry = rcrowley.NewRegistry(nil)
//
// # Exporting
//
// A registry of this package is a source for prometheusmetrics, and shows both:
// instruments of ours and what libraries registered themselves. The registry
// underneath shows the former alone. Reporters of rcrowley's see metrics of
// their own types.
//
// Each metric that stands for an instrument of ours has a method
//
//	Instrument() any
//
// that returns it, be it a metrics.Counter, a metrics.Timer or another. An
// exporter that asks for it reads values and buckets from the source. One that
// doesn't can take a snapshot as of any metric of rcrowley's.
//
// # Differences from rcrowley's registry
//
// The same calls have the same results and errors, save that:
//
//   - In GetOrRegister, a constructor whose result is one of the six interfaces
//     Counter, Gauge, GaugeFloat64, Histogram, Meter and Timer is never called.
//     So the sample that it would have given a histogram is not used, and a
//     function that would have made a functional gauge makes a plain one: such a
//     gauge has to be passed itself.
//   - Against a metric of another type that the program itself has in our
//     registry, GetOrRegister gives one of the type asked for, which works but is
//     not exported, and logs it once. Among libraries the first wins, as ever: the
//     next gets a metric of another type than it wants, and GetOrRegisterMeter and
//     its like panic.
//   - Each has an order, that of registration, our instruments first.
//   - NaN and the infinities are null in JSON, where rcrowley's fails.
//   - A health check that panics becomes unhealthy, a functional gauge that
//     panics is left out of GetAll.
//   - Unregister and Get leave alone what has labels: in a registry of ours there
//     may be series of the same name with some. Each shows them too, one by one
//     under that name; GetAll and JSON have them as name{label="value"}.
//   - NewPrefixedChildRegistry of rcrowley's can be put upon it and works, but for
//     its Each, which panics with any registry that rcrowley didn't make. Put
//     metrics.NewPrefixedChildRegistry underneath instead; then UnregisterAll,
//     GetAll and RunHealthchecks keep to the prefix as well.
//
// And instruments of ours differ from rcrowley's:
//
//   - Sum is the exact total since the start, not that of the sample.
//   - Mean, deviation and percentiles weigh the values of the sample by their age.
//   - Stop does nothing, since there is nothing to stop: a meter that was stopped
//     or unregistered goes on counting for whoever still holds it.
//   - Changing a snapshot does nothing, where rcrowley's panics.
//   - NewCustomTimer of rcrowley's works with them, but for the Snapshot of what
//     it makes, which panics with any histogram and meter that rcrowley didn't make.
package rcrowley
