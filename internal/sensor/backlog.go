package sensor

import "sync"

// A backlog bounds what workers have found and the ordered stage has not yet
// taken: a call of 30 bytes on the wire is kilobytes of record and findings,
// and all epochs may be full of them. A worker waits, but never with the epoch
// that is next to be taken: without that nothing would move on.
type backlog struct {
	mu      sync.Mutex
	room    sync.Cond
	max     int
	entries int
	taken   int // epochs
}

func newBacklog(max int) *backlog {
	b := &backlog{max: max}
	b.room.L = &b.mu
	return b
}

// wait returns when a worker may begin with epoch number n, from 0.
func (b *backlog) wait(n int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for b.entries > b.max && n > b.taken {
		b.room.Wait()
	}
}

// found counts what a worker found in an epoch.
func (b *backlog) found(entries int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.entries += entries
}

// took counts off what all found in the epoch that was taken.
func (b *backlog) took(entries int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.entries -= entries
	b.taken++
	b.room.Broadcast()
}
