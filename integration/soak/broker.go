package soak

import (
	"testing"

	"github.com/IBM/sarama"
)

// startBroker starts a Kafka broker that takes every record of a topic. It remembers
// them all, which is why it is no part of a service.
func startBroker(t testing.TB) (address string) {
	broker := sarama.NewMockBroker(quiet{t}, 7)
	t.Cleanup(broker.Close)
	broker.SetHandlerByMap(map[string]sarama.MockResponse{
		"MetadataRequest": sarama.NewMockMetadataResponse(quiet{t}).
			SetBroker(broker.Addr(), 7).SetLeader("orders", 0, 7),
		"ProduceRequest": sarama.NewMockProduceResponse(quiet{t}),
	})
	return broker.Addr()
}

// quiet keeps errors of the broker, whose clients are killed, from failing the test.
type quiet struct{ t testing.TB }

func (q quiet) Error(arguments ...any)                 {}
func (q quiet) Errorf(format string, arguments ...any) {}
func (q quiet) Fatal(arguments ...any)                 { q.t.Log(arguments...) }
func (q quiet) Fatalf(format string, arguments ...any) { q.t.Logf(format, arguments...) }
func (q quiet) Helper()                                {}
