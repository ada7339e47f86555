//go:build !linux

package capture

// An ifState knows nothing of the interface but what reading from it says.
type ifState struct{}

func newIfState(string) (*ifState, error) { return &ifState{}, nil }

func (*ifState) note() error     { return nil }
func (*ifState) problem() string { return "" }
func (*ifState) close() error    { return nil }
