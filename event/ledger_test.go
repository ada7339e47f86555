package event

import (
	"strings"
	"testing"
)

func TestLedgerCheckNamesTheFirstInequality(t *testing.T) {
	var l Ledger
	if err := l.Check(); err != nil {
		t.Fatal(err)
	}
	l.FramesIn = 2
	l.Frames[FrameStream] = 1
	if err := l.Check(); err == nil || !strings.Contains(err.Error(), "frames in") {
		t.Errorf("got %v", err)
	}
	l.Frames[FrameNotTCP] = 1
	l.StreamIn, l.Buffered, l.Stream[ByteDelivered] = 10, 3, 7
	if err := l.Check(); err == nil || !strings.Contains(err.Error(), "delivered") {
		t.Errorf("got %v", err)
	}
	l.HeadBytes, l.BodyBytes, l.SkippedBytes = 4, 2, 1
	l.CallsMade, l.Calls[CallFiltered] = 1, 1
	if err := l.Check(); err != nil {
		t.Error(err)
	}
}

func TestLedgerAddAddsEveryCounter(t *testing.T) {
	var a, b Ledger
	for i, p := range b.fields() {
		*p = uint64(i + 1)
	}
	a.Add(&b)
	a.Add(&b)
	for i, p := range a.fields() {
		if *p != 2*uint64(i+1) {
			t.Errorf("counter %d is %d after adding %d twice", i, *p, i+1)
		}
	}
	if len(a.Entries()) < len(a.fields()) {
		t.Errorf("%d entries for %d counters: one is not printed", len(a.Entries()), len(a.fields()))
	}
}

func TestOrderTimersBeforeFrames(t *testing.T) {
	want := []Order{{Clock: 1, OfFrame: true, Seq: 9}, {Clock: 2, Seq: 7}, {Clock: 2, OfFrame: true, Seq: 3}, {Clock: 2, OfFrame: true, Seq: 3, Ord: 1}, {Clock: 2, OfFrame: true, Seq: 4}}
	for i := range want {
		for j := range want {
			if got := want[i].Compare(want[j]); (got < 0) != (i < j) || (got == 0) != (i == j) {
				t.Errorf("%+v against %+v: %d", want[i], want[j], got)
			}
		}
	}
}
