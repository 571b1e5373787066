package main

import (
	"sync"

	gometrics "github.com/rcrowley/go-metrics"

	"github.com/go-metrics-plus/metrics"
)

// sources are the registries that drivers read.
type sources struct {
	once        sync.Once
	registry    metrics.Registry
	foreigners  gometrics.Registry
	http        *traffic
	kafka       *kafka
	kafkaClient gometrics.Registry
}

func (s *sources) make() {
	s.once.Do(func() {
		s.registry = metrics.NewRegistry()
		s.foreigners = gometrics.NewRegistry()
		s.kafkaClient = gometrics.NewRegistry()
	})
}

// main is the registry of ours, with most metrics.
func (s *sources) main() metrics.Registry { s.make(); return s.registry }

// foreign is a registry of rcrowley/go-metrics.
func (s *sources) foreign() gometrics.Registry { s.make(); return s.foreigners }

// sarama is the registry that Sarama fills.
func (s *sources) sarama() gometrics.Registry { s.make(); return s.kafkaClient }
