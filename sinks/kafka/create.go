package kafka

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/segmentio/kafka-go"
)

// Create makes the two topics with the brokers' own defaults for partitions
// and replicas, and says so. One that is there stays as it is.
func (w *Writer) Create(ctx context.Context) (string, error) {
	var said []string
	for _, topic := range []string{w.cfg.Topic, w.cfg.CallsTopic} {
		res, err := w.client.CreateTopics(ctx, &kafka.CreateTopicsRequest{Topics: []kafka.TopicConfig{{Topic: topic, NumPartitions: -1, ReplicationFactor: -1}}})
		if err == nil {
			err = res.Errors[topic]
		}
		switch {
		case err == nil:
			said = append(said, "topic "+topic+" created")
		case errors.Is(err, kafka.TopicAlreadyExists):
			said = append(said, "topic "+topic+" was there")
		default:
			return "", fmt.Errorf("creating topic %s: %w", topic, err)
		}
	}
	w.transport.CloseIdleConnections() // what it knows of the topics is old
	return strings.Join(said, ", "), nil
}
