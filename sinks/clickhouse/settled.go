package clickhouse

// A settled remembers what became of the rows of one table in the batch under
// way. After a refusal the caller writes the batch again without the refused row: what the
// server took is then left out, and what it refused is known without asking.
type settled struct {
	first   uint64 // of the batch, which no other batch shares
	all     bool   // every row that was asked for is taken: the usual end
	taken   map[uint64]bool
	refused map[uint64]error
}

const (
	// maxRefused is how many refused rows one attempt looks for; the next
	// finds more. It bounds the search in a table that refuses every row.
	maxRefused = 64
	// wrongTable is how many rows must be refused, and none taken, to blame
	// the table: then nothing is given up, and all is tried again later.
	wrongTable = 8
)

// begin forgets everything unless it is about the batch that begins with first.
func (s *settled) begin(first uint64) {
	if s.taken == nil || s.first != first {
		*s = settled{first: first, taken: map[uint64]bool{}, refused: map[uint64]error{}}
	}
}

// has reports that the server took a row.
func (s *settled) has(seq uint64) bool { return s.all || s.taken[seq] }

// settle sends rows, given by their numbers, as one block. When the server
// refuses it for what a row holds, its halves are sent, down to the rows
// refused alone. An error is one that time may mend; what was taken before it
// stays known.
func (s *settled) settle(rows []uint64, send func([]uint64) error) error {
	if err := send(rows); err == nil {
		s.all = true
		return nil
	} else if !isRowError(err) {
		return err
	} else if len(rows) == 1 {
		s.refused[rows[0]] = err
	}
	var err error
	if len(rows) > 1 {
		err = s.halve(rows, send)
	}
	if err != nil || len(s.taken) > 0 || len(s.refused) < wrongTable {
		return err
	}
	err = s.refused[rows[0]] // the first to be looked for
	clear(s.refused)
	return err
}

// halve sends both halves before it looks into either, so that good rows are
// found early.
func (s *settled) halve(rows []uint64, send func([]uint64) error) error {
	halves := [2][]uint64{rows[:len(rows)/2], rows[len(rows)/2:]}
	var open [2]bool
	for i, half := range halves {
		var err error
		if open[i], err = s.try(half, send); err != nil {
			return err
		}
	}
	for i, half := range halves {
		if !open[i] || len(s.refused) >= maxRefused {
			continue
		}
		if err := s.halve(half, send); err != nil {
			return err
		}
	}
	return nil
}

// try sends rows; open says that one of several is refused.
func (s *settled) try(rows []uint64, send func([]uint64) error) (open bool, err error) {
	err = send(rows)
	switch {
	case err == nil:
		for _, seq := range rows {
			s.taken[seq] = true
		}
		return false, nil
	case !isRowError(err):
		return false, err
	case len(rows) == 1:
		s.refused[rows[0]] = err
		return false, nil
	}
	return true, nil
}
