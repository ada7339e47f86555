package cores

import (
	"slices"
	"testing"
)

// TestPin: the kernel says where the thread is, and others are where they were.
func TestPin(t *testing.T) {
	before, err := Allowed()
	if err != nil {
		t.Fatal(err)
	}
	for _, core := range before {
		done := make(chan []int)
		go func() {
			err := Pin(core)
			got, aerr := Allowed()
			if err != nil || aerr != nil {
				t.Errorf("core %d: %v, %v", core, err, aerr)
			}
			done <- got
		}()
		if got := <-done; !slices.Equal(got, []int{core}) {
			t.Errorf("bound to core %d, it may run on %v", core, got)
		}
	}
	if after, err := Allowed(); err != nil || !slices.Equal(after, before) {
		t.Errorf("this thread may run on %v, before on %v: %v", after, before, err)
	}
}

func TestPinToNothing(t *testing.T) {
	done := make(chan error)
	go func() { done <- Pin(1000) }()
	if err := <-done; err == nil {
		t.Error("a core that is not there was taken")
	}
}
