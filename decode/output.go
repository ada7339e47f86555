package decode

import (
	"spaniel/decode/stream"
	"spaniel/event"
)

// Output is where a partition's events go. What is pointed to is borrowed
// until the function returns. A nil function drops its events.
type Output struct {
	Call    func(*event.Call)
	Flow    func(event.Order, *event.Flow)
	Anomaly func(*event.Anomaly)
	Fact    func(*event.Fact)
	Loss    func(*event.Loss)
	// Pass is told which packets of a flow say nothing, after Partition.Passing.
	Pass func(stream.Pass)
	// Panic is told of a fault that ended at the boundary of its flow.
	Panic func(*event.Panicked)
}

// orDrop returns out with each nil function replaced by one that does nothing.
func (out Output) orDrop() Output {
	if out.Call == nil {
		out.Call = func(*event.Call) {}
	}
	if out.Flow == nil {
		out.Flow = func(event.Order, *event.Flow) {}
	}
	if out.Anomaly == nil {
		out.Anomaly = func(*event.Anomaly) {}
	}
	if out.Fact == nil {
		out.Fact = func(*event.Fact) {}
	}
	if out.Loss == nil {
		out.Loss = func(*event.Loss) {}
	}
	if out.Pass == nil {
		out.Pass = func(stream.Pass) {}
	}
	if out.Panic == nil {
		out.Panic = func(*event.Panicked) {}
	}
	return out
}
