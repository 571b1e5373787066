package main

import (
	"context"
	"log"
	"time"

	"github.com/IBM/sarama"

	"github.com/go-metrics-plus/metrics/integration/soak/truth"
)

// kafka is a producer of Sarama's, which records into a registry by itself.
type kafka struct {
	s        *service
	sent     *truth.Slot
	producer sarama.SyncProducer // nil before the first load
}

const topic = "orders"

func newKafka(s *service) *kafka {
	s.sources.make()
	if s.broker == "" {
		return &kafka{s: s}
	}
	return &kafka{s: s, sent: s.slots.add(meaning{source: "kafka", name: "records_sent", kind: count})}
}

// run sends records until the context ends.
func (k *kafka) run(ctx context.Context) {
	if k.sent == nil {
		return
	}
	message := &sarama.ProducerMessage{Topic: topic, Value: sarama.StringEncoder("an order")}
	for ctx.Err() == nil {
		if err := k.connect(); err != nil {
			log.Println("soak: kafka:", err)
			wait(ctx, time.Second)
			continue
		}
		k.sent.Record(1, func() {
			if _, _, err := k.producer.SendMessage(message); err != nil {
				log.Println("soak: kafka:", err) // it counts all the same
			}
		})
		wait(ctx, 10*pause)
	}
}

// connect makes the producer, which stays for as long as the service lives: what it
// counts goes with it.
func (k *kafka) connect() (err error) {
	if k.producer != nil {
		return nil
	}
	config := sarama.NewConfig()
	config.ClientID = "soak"
	config.MetricRegistry = k.s.sources.sarama()
	config.Version = sarama.V2_1_0_0
	config.ApiVersionsRequest = false // which the mock broker does not answer
	config.Producer.Return.Successes = true
	k.producer, err = sarama.NewSyncProducer([]string{k.s.broker}, config)
	return err
}
