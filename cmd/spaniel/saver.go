package main

import (
	"context"
	"errors"
	"time"

	"spaniel/event"
	"spaniel/sinks"
	"spaniel/sinks/store"
)

// A saver keeps records in the embedded store: the spool of read, in memory.
type saver struct {
	store *store.Store
	enc   *sinks.Encoder
	batch sinks.Batch
	buf   []byte // the payloads, one behind the other
}

// A batch is written when it holds so many records, or bytes.
const (
	saveRecords = 10_000
	saveBytes   = 16 << 20
)

func openSaver(path string, cfg store.Config) (*saver, error) {
	keepPrivate()
	s, err := store.Open(path, cfg)
	if err != nil {
		return nil, err
	}
	return &saver{store: s, enc: sinks.NewEncoder()}, nil
}

// add takes a copy of the item, and writes when enough has gathered.
func (s *saver) add(ctx context.Context, it *event.Item) error {
	stampDay(it, time.Now())
	start := len(s.buf)
	s.buf = s.enc.Append(s.buf, it) // what lay in a smaller one before stays good
	payload := s.buf[start:len(s.buf):len(s.buf)]
	s.batch.Last++
	s.batch.Records = append(s.batch.Records, sinks.Record{Seq: s.batch.Last, Kind: it.Kind, Payload: payload})
	if len(s.buf) < saveBytes && len(s.batch.Records) < saveRecords {
		return nil
	}
	return s.flush(ctx)
}

func (s *saver) flush(ctx context.Context) error {
	if len(s.batch.Records) == 0 {
		return nil
	}
	s.batch.First = s.batch.Records[0].Seq
	err := s.store.Write(context.WithoutCancel(ctx), &s.batch) // what was found is kept even after Ctrl-C
	s.batch.Records, s.buf = s.batch.Records[:0], s.buf[:0]
	return err
}

// close writes the rest and frees the store.
func (s *saver) close() error {
	return errors.Join(s.flush(context.Background()), s.store.Close())
}

// stampDay sets the day by which the stores keep and expire the record.
func stampDay(it *event.Item, now time.Time) {
	day := now.UTC().Format(time.DateOnly)
	switch it.Kind {
	case event.KindCall:
		it.Call.SpooledDay = day
	case event.KindAlert:
		it.Alert.SpooledDay = day
	case event.KindFlow:
		it.Flow.SpooledDay = day
	case event.KindObservation:
		it.Observation.SpooledDay = day
	default:
		it.Note.SpooledDay = day
	}
}
