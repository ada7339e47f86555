package main

import (
	"fmt"
	"io"
	"strings"

	"spaniel/event"
	"spaniel/internal/render"
)

// What --flows keeps.
const (
	maxFlows = 1000
	maxOpen  = 100_000 // connections whose calls are counted while they last
)

// flowList is the connections that are over, each with its fate.
type flowList struct {
	file  string
	rows  [][]string
	more  uint64
	calls map[uint64]uint64 // by connection
}

func newFlowList() *flowList { return &flowList{calls: map[uint64]uint64{}} }

func (l *flowList) item(it *event.Item) {
	switch it.Kind {
	case event.KindCall:
		if _, ok := l.calls[it.Call.FlowID]; ok || len(l.calls) < maxOpen {
			l.calls[it.Call.FlowID]++
		}
	case event.KindFlow:
		l.flow(it.Flow)
	}
}

func (l *flowList) flow(f *event.FlowRecord) {
	calls := l.calls[f.FlowID]
	delete(l.calls, f.FlowID)
	if len(l.rows) >= maxFlows {
		l.more++
		return
	}
	frame := fmt.Sprint(f.FirstFrame)
	if l.file != "" {
		frame = l.file + " " + frame
	}
	service := f.Service
	if service == "" {
		service = "-"
	}
	l.rows = append(l.rows, []string{frame, clockTime(f.Time), fmt.Sprintf("%.3f", f.Last.Time().Sub(f.Time.Time()).Seconds()), end(f.ClientIP.String(), f.ClientPort), end(f.ServerIP.String(), f.ServerPort),
		render.Safe(service), f.Ended, grouped(calls), grouped(f.ReqPackets + f.RespPackets), grouped(f.ReqBytes), grouped(f.RespBytes), grouped(f.ReqGaps + f.RespGaps), strings.Join(f.Flags, " ")})
}

// print writes the list; standard error has nobody to tell of errors.
func (l *flowList) print(w io.Writer) {
	fmt.Fprintln(w)
	t := render.NewTable(render.Screen{W: w}, "FRAME", "TIME", "SECONDS", "CLIENT", "SERVER", "SERVICE", "ENDED", "CALLS", "PACKETS", "BYTES UP", "BYTES DOWN", "GAP BYTES", "FLAGS")
	for _, row := range l.rows {
		t.Row(row...)
	}
	_ = t.Close()
	if l.more > 0 {
		fmt.Fprintf(w, "and %s; -o ndjson --only flow has them all\n", counted(l.more, "more flow"))
	}
}
