package prometheusmetrics

// SaramaRules returns a ready set of rules for the metrics of the Kafka client
// Sarama (github.com/IBM/sarama), which puts broker, topic, API key and consumer
// group into names:
//
//	driver, err := prometheusmetrics.NewWithConfig(prometheusmetrics.Config{
//		Registry:  saramaConfig.MetricRegistry,
//		Namespace: "kafka",
//		Rules:     prometheusmetrics.SaramaRules(),
//	}, registerer)
//
// With it they become the labels broker, topic, api_key and group. Series with a
// label have names that begin with it, such as broker_requests, so that sum()
// over them never meets the total of the same thing, requests. Totals over
// brokers are more than that sum: they have what went over bootstrap connections.
//
// Names say what is counted instead of "rate", since each of Sarama's meters has
// a count as well. Latency and throttling are in seconds, compression is a ratio
// (2 means that records took half the room; Sarama multiplies it by 100), and
// requests in flight are a gauge.
//
// Sarama itself turns each dot of a topic's name into an underscore, so topics
// that differ only there share their series. The rules know Sarama's names as
// they are: in a registry with a prefix, put it before each Match. They say
// nothing of whose metric it is, so a driver with these rules should read
// Sarama's registry and no other. The slice and its maps are the caller's to change.
func SaramaRules() []Rule {
	rules := []Rule{
		// Before the rule that would take "3-for-broker-1" for an API key.
		{
			Match:  "protocol-requests-rate-{api}-for-broker-{broker}",
			Name:   "broker_protocol_requests",
			Labels: map[string]string{"api_key": "{api}", "broker": "{broker}"},
			Help:   "Requests sent, by API key and broker",
		},
		{
			Match:  "protocol-requests-rate-{api}",
			Name:   "protocol_requests",
			Labels: map[string]string{"api_key": "{api}"},
			Help:   "Requests sent, by API key, over all brokers",
		},
	}
	for _, rule := range saramaByBroker {
		rules = append(rules, saramaTotal(rule, "brokers"), saramaLabelled(rule, "broker"))
	}
	for _, rule := range saramaByTopic {
		rules = append(rules, saramaTotal(rule, "topics"), saramaLabelled(rule, "topic"))
	}
	rules = append(rules,
		saramaLabelled(saramaThrottle, "broker"),
		saramaLabelled(saramaFetches, "topic"),
		Rule{Match: "consumer-batch-size", Name: "consumer_batch_messages", Help: "Messages in a fetched batch"},
		Rule{Match: "consumer-fetch-response-size", Name: "consumer_fetch_response_size_bytes", Unit: "bytes",
			Help: "Size of what a fetch brought of a partition"},
	)
	for _, rule := range saramaByGroup {
		rule.Match += "-{group}"
		rule.Labels = map[string]string{"group": "{group}"}
		rules = append(rules, rule)
	}
	for i := range rules {
		if rules[i].Labels == nil {
			rules[i].Labels = map[string]string{} // so that the caller can add to it
		}
	}
	return rules
}

var (
	saramaFetches  = Rule{Match: "consumer-fetch-rate", Name: "consumer_fetches", Help: "Fetch requests sent"}
	saramaThrottle = Rule{Match: "throttle-time-in-ms", Name: "throttle_time_seconds", Scale: 0.001,
		Unit: "seconds", Help: "Time that a broker asked to wait"}
)

// What Sarama has once over all brokers, and once for each.
var saramaByBroker = []Rule{
	{Match: "incoming-byte-rate", Name: "incoming_bytes", Unit: "bytes", Help: "Bytes read"},
	{Match: "outgoing-byte-rate", Name: "outgoing_bytes", Unit: "bytes", Help: "Bytes written"},
	{Match: "request-rate", Name: "requests", Help: "Requests sent"},
	{Match: "request-size", Name: "request_size_bytes", Unit: "bytes", Help: "Size of requests"},
	{Match: "request-latency-in-ms", Name: "request_latency_seconds", Scale: 0.001, Unit: "seconds",
		Help: "Time from request to response"},
	{Match: "response-rate", Name: "responses", Help: "Responses received"},
	{Match: "response-size", Name: "response_size_bytes", Unit: "bytes", Help: "Size of responses"},
	{Match: "requests-in-flight", Name: "requests_in_flight", Kind: AsGauge, Help: "Requests that await a response"},
	saramaFetches,
}

// What Sarama has once over all topics, and once for each.
var saramaByTopic = []Rule{
	{Match: "batch-size", Name: "batch_size_bytes", Unit: "bytes",
		Help: "Size of what was sent to a partition in a request"},
	{Match: "record-send-rate", Name: "records_sent", Help: "Records sent"},
	{Match: "records-per-request", Name: "records_per_request", Help: "Records sent in a request"},
	{Match: "compression-ratio", Name: "compression_ratio", Scale: 0.01, Unit: "ratio",
		Help: "Size of records before compression to that after"},
}

// What Sarama has for each consumer group.
var saramaByGroup = []Rule{
	{Match: "consumer-group-join-total", Name: "consumer_group_joins", Help: "Attempts to join the consumer group"},
	{Match: "consumer-group-join-failed", Name: "consumer_group_join_failures",
		Help: "Attempts to join the consumer group that failed"},
	{Match: "consumer-group-sync-total", Name: "consumer_group_syncs",
		Help: "Attempts to synchronise with the consumer group"},
	{Match: "consumer-group-sync-failed", Name: "consumer_group_sync_failures",
		Help: "Attempts to synchronise with the consumer group that failed"},
}

func saramaTotal(rule Rule, all string) Rule {
	rule.Help += ", over all " + all
	return rule
}

// saramaLabelled makes a rule for the metric's namesake of one broker or topic.
func saramaLabelled(rule Rule, label string) Rule {
	capture := "{" + label + "}"
	rule.Match += "-for-" + label + "-" + capture
	rule.Name = label + "_" + rule.Name
	rule.Labels = map[string]string{label: capture}
	rule.Help += ", by " + label
	return rule
}
