// Package kafka is the sink for Kafka topics. It sends alerts to Topic,
// observations to ObservationsTopic and everything else to CallsTopic, each
// record as JSON, keyed by the alert's dedup_key, the observation's window or the flow's id, with the headers spaniel-id, spaniel-schema,
// spaniel-severity (alerts) and spaniel-sensor.
//
// Delivery is at least once: acks=all, and a retry sends only what was not
// acknowledged in this process; after a crash one batch may come twice, so
// consumers drop what has a spaniel-id they know. Records of one key keep
// their order. A record larger than the topic takes, or refused for what is in
// it, is rejected, and its dead letter goes to DeadLetterTopic; every other
// error is tried again. Writing creates no topic.
//
// It uses kafka-go's Client.Produce only. Its Writer queues without bound and
// delivers after it has reported an error.
package kafka
