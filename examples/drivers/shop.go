package main

import (
	"context"
	"math/rand/v2"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/go-metrics-plus/metrics"
	"github.com/go-metrics-plus/metrics/prometheusmetrics"
)

// shop is the program that is observed.
type shop struct {
	orders  *metrics.Vec[metrics.Counter]
	balance metrics.GaugeFloat64
	payment metrics.Timer
}

// newShop returns it with what its metrics are read by. LayoutTyped is the layout to have
// here: a driver must know what is a counter.
func newShop() (*shop, prometheus.Gatherer, error) {
	registry := metrics.NewRegistry(metrics.WithSample(func() metrics.Sample {
		return metrics.NewBucketSample(0.05, 0.01, 0.1, 1)
	}))
	reader, err := prometheusmetrics.NewWithConfig(prometheusmetrics.Config{
		Registry: registry,
		Layout:   prometheusmetrics.LayoutTyped,
		Detached: true, // no Prometheus registry is needed
	}, nil)
	if err != nil {
		return nil, nil, err
	}
	return &shop{
		orders:  metrics.NewVec[metrics.Counter](registry, "orders", "paid_by"),
		balance: metrics.GetOrRegisterGaugeFloat64("balance", registry),
		payment: metrics.GetOrRegisterTimer("payment", registry),
	}, reader, nil
}

// work sells something ten times a second until the context ends.
func (s *shop) work(ctx context.Context) {
	ticker := time.NewTicker(100 * time.Millisecond)
	defer ticker.Stop()
	for {
		s.payment.Update(time.Duration(rand.ExpFloat64() * float64(20*time.Millisecond)))
		s.balance.Update(s.balance.Value() + rand.NormFloat64()*10)
		s.orders.With([]string{"card", "transfer"}[rand.IntN(2)]).Inc(1)
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return
		}
	}
}
