package kafka

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/segmentio/kafka-go"

	"spaniel/event"
)

// Create makes the topics with the brokers' own defaults for partitions
// and replicas, and says so. One that is there stays as it is.
func (w *Writer) Create(ctx context.Context) (string, error) {
	var said []string
	for _, topic := range w.cfg.topics() {
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
			return "", fmt.Errorf("creating topic %s: %w", topic, bare(err))
		}
	}
	w.transport.CloseIdleConnections() // what it knows of the topics is old
	return strings.Join(said, ", "), nil
}

// Check looks for the topics that records of these kinds go to; without one of
// them it returns an error. It notes a dead-letter topic that is not there: what
// would go there is in a file alone.
func (w *Writer) Check(ctx context.Context, kinds []event.Kind) (notes []string, err error) {
	for _, k := range kinds {
		if _, err := w.partitions(ctx, w.topicOf(k)); err != nil {
			return nil, err
		}
	}
	if w.cfg.DeadLetterTopic == noTopic {
		return nil, nil
	}
	_, err = w.partitions(ctx, w.cfg.DeadLetterTopic)
	var missing *missingTopic
	if errors.As(err, &missing) {
		return []string{err.Error() + "; until then what can never be delivered is in a file alone"}, nil
	}
	return nil, err
}
