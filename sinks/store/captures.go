package store

import (
	"context"
	"fmt"
	"time"

	"spaniel/event"
)

// A Capture is one that records were read from: its files, several if they
// were read as one, and what tells those from others. It stays in the store;
// no sink gets it.
type Capture struct {
	// First and Last are the times of its first and last packet.
	First, Last event.Nanos
	Packets     uint64
	// Paths are absolute. Sizes are in bytes, and Heads hashes of first bytes.
	Paths []string
	Sizes []int64
	Heads []string
}

const capturesDDL = `CREATE TABLE IF NOT EXISTS captures (ts TIMESTAMP, capture_last TIMESTAMP, packets UBIGINT,
  paths VARCHAR[], sizes BIGINT[], heads VARCHAR[], read_at TIMESTAMP, spooled_day DATE)`

// AddCapture remembers a capture that was read now; what was known of one of
// the same paths is replaced.
func (s *Store) AddCapture(ctx context.Context, c *Capture, now time.Time) error {
	s.writing.Lock()
	defer s.writing.Unlock()
	if _, err := s.writer.ExecContext(ctx, "DELETE FROM captures WHERE paths = ?::VARCHAR[]", c.Paths); err != nil {
		return fmt.Errorf("replacing a capture in store %s: %w", s.path, err)
	}
	now = now.UTC()
	if _, err := s.writer.ExecContext(ctx, "INSERT INTO captures VALUES (?, ?, ?, ?::VARCHAR[], ?::BIGINT[], ?::VARCHAR[], ?, ?::DATE)",
		c.First.Time(), c.Last.Time(), c.Packets, c.Paths, c.Sizes, c.Heads, now, now.Format(time.DateOnly)); err != nil {
		return fmt.Errorf("remembering a capture in store %s: %w", s.path, err)
	}
	return nil
}
