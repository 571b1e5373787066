package metrics

// WithSample sets the sample that histograms and timers of the registry get
// when they are made by the registry and none is given: f is called for each. If f
// is nil, returns nil or panics, the default of NewExpDecaySample(1028, 0.015) is
// used. A HistogramFloat64 gets the error and the bounds of a BucketSample.
func WithSample(f func() Sample) Option {
	return Option{apply: func(r *StandardRegistry) { r.newSample = f }}
}

// WithSampleFor is WithSample with a choice by name or unit, since bounds that suit
// latencies put all sizes into +Inf:
//
//	metrics.NewRegistry(metrics.WithSampleFor(func(name, unit string) metrics.Sample {
//		if unit == "seconds" {
//			return metrics.NewBucketSample(0.05, 0.1, 0.25, 0.5, 1)
//		}
//		return metrics.NewBucketSample(0.05)
//	}))
//
// The name is the full one, under prefixes. The unit of a timer is "seconds", that of
// a histogram what Describe has set for its name before, or "". If f is nil, returns
// nil or panics, it is as if only WithSample were given.
func WithSampleFor(f func(name, unit string) Sample) Option {
	return Option{apply: func(r *StandardRegistry) { r.newSampleFor = f }}
}

const secondsUnit = "seconds"

// place is the registry and the name that an instrument is made for; its sample may
// depend on them.
type place struct {
	registry Registry // nil for the default one
	name     string   // in the registry
}

// nowhere is for instruments that no registry knows yet.
var nowhere = place{}

// sample returns what a histogram or timer gets if none was given.
func (p place) sample(unit string) Sample {
	if !isNil(p.registry) && !isOurs(p.registry) {
		return p.sampleOfUser(unit)
	}
	base, prefix := reach(p.registry)
	if base == nil {
		return sampleFrom(nil)
	}
	if base.newSampleFor != nil {
		if s := guardedSample(func() Sample { return base.newSampleFor(prefix+p.name, unit) }); s != nil {
			return s
		}
	}
	return sampleFrom(base.newSample)
}

// sampleOfUser asks a registry that a user wrote, or wrapped around one of ours.
func (p place) sampleOfUser(unit string) Sample {
	if r, ok := p.registry.(interface{ NewSampleFor(_, _ string) Sample }); ok {
		if s := guardedSample(func() Sample { return r.NewSampleFor(p.name, unit) }); s != nil {
			return s
		}
	}
	if r, ok := p.registry.(interface{ NewSample() Sample }); ok {
		return sampleFrom(func() Sample { return r.NewSample() })
	}
	base, prefix := reach(p.registry)
	if base == nil {
		return sampleFrom(nil)
	}
	return place{base, prefix + p.name}.sample(unit)
}

// unit returns that of the description of the name, or "".
func (p place) unit() string {
	base, prefix := reach(p.registry)
	if base == nil {
		return ""
	}
	d, _ := base.DescriptionOf(prefix + p.name)
	return d.Unit
}

// sampleFrom makes a sample with the user's function, or the default one if that
// is nil, gives nil or panics.
func sampleFrom(make func() Sample) Sample {
	if make != nil {
		if s := guardedSample(make); s != nil {
			return s
		}
	}
	return NewExpDecaySample(defaultSize, defaultAlpha)
}

// guardedSample returns nil if the user's function gives nil or panics.
func guardedSample(make func() Sample) (s Sample) {
	guard("", "default sample could not be made", func() { s = make() })
	if isNil(s) {
		return nil
	}
	return s
}

// NewSample returns a new sample as the registry's histograms and timers get it
// where neither name nor unit matters; see WithSample.
func (r *StandardRegistry) NewSample() Sample { return sampleFrom(r.newSample) }

// NewSampleFor returns a new sample as a histogram or timer of that full name and
// unit gets it; see WithSampleFor.
func (r *StandardRegistry) NewSampleFor(name, unit string) Sample {
	return place{r, name}.sample(unit)
}

// NewSample returns a sample as the parent's histograms and timers get it.
func (p *PrefixedRegistry) NewSample() Sample { return place{registry: p.parent}.sample("") }

// NewSampleFor returns a sample as the parent's histogram or timer of prefix and
// name gets it.
func (p *PrefixedRegistry) NewSampleFor(name, unit string) Sample {
	return place{p.parent, p.prefix + name}.sample(unit)
}
