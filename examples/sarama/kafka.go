package main

import (
	"log"
	"strings"

	"github.com/IBM/sarama"
)

const (
	topic   = "orders"
	records = 10
)

// produceAndConsume sends records to the topic and reads as many from it.
func produceAndConsume(address string, config *sarama.Config) (stop func(), err error) {
	client, err := sarama.NewClient([]string{address}, config)
	if err != nil {
		return nil, err
	}
	stop = func() { client.Close() }
	defer func() {
		if err != nil {
			stop()
		}
	}()
	producer, err := sarama.NewSyncProducerFromClient(client)
	if err != nil {
		return nil, err
	}
	value := sarama.StringEncoder(strings.Repeat("an order of many things ", 20))
	for range records {
		message := &sarama.ProducerMessage{Topic: topic, Value: value}
		if _, _, err := producer.SendMessage(message); err != nil {
			return nil, err
		}
	}
	consumer, err := sarama.NewConsumerFromClient(client)
	if err != nil {
		return nil, err
	}
	partition, err := consumer.ConsumePartition(topic, 0, sarama.OffsetOldest)
	if err != nil {
		return nil, err
	}
	for range records {
		<-partition.Messages()
	}
	return stop, nil
}

// startBroker starts a broker with one partition of the topic, which takes every
// record and always has the same ones to give.
func startBroker() *sarama.MockBroker {
	broker := sarama.NewMockBroker(reporter{}, 1)
	fetched := sarama.NewMockFetchResponse(reporter{}, 2)
	for offset := range int64(records) {
		fetched.SetMessage(topic, 0, offset, sarama.StringEncoder("order"))
	}
	broker.SetHandlerByMap(map[string]sarama.MockResponse{
		"MetadataRequest": sarama.NewMockMetadataResponse(reporter{}).
			SetBroker(broker.Addr(), broker.BrokerID()).
			SetLeader(topic, 0, broker.BrokerID()),
		"OffsetRequest": sarama.NewMockOffsetResponse(reporter{}).
			SetOffset(topic, 0, sarama.OffsetOldest, 0).
			SetOffset(topic, 0, sarama.OffsetNewest, records),
		"ProduceRequest": sarama.NewMockProduceResponse(reporter{}),
		"FetchRequest":   fetched,
	})
	return broker
}

// reporter is what the mock broker wants of a test.
type reporter struct{}

func (reporter) Error(arguments ...any)                 { log.Print(arguments...) }
func (reporter) Errorf(format string, arguments ...any) { log.Printf(format, arguments...) }
func (reporter) Fatal(arguments ...any)                 { log.Fatal(arguments...) }
func (reporter) Fatalf(format string, arguments ...any) { log.Fatalf(format, arguments...) }
func (reporter) Helper()                                {}
