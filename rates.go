package metrics

import "github.com/go-metrics-plus/metrics/internal/rates"

// rateValues are the rates of a meter or timer as they were at one moment. They are
// not embedded, which would give snapshots exported fields.
type rateValues struct{ rates rates.Values }

// Rate1 returns the moving average over a minute, in events per second.
func (v rateValues) Rate1() float64 { return v.rates.One }

// Rate5 returns the moving average over five minutes, in events per second.
func (v rateValues) Rate5() float64 { return v.rates.Five }

// Rate15 returns the moving average over fifteen minutes, in events per second.
func (v rateValues) Rate15() float64 { return v.rates.Fifteen }

// RateMean returns the events per second since the start.
func (v rateValues) RateMean() float64 { return v.rates.Mean }
