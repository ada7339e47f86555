package demo

import (
	"fmt"
	"os"
	"strings"
	"testing"
)

// The README's numbers are the capture's.
func TestReadmeCounts(t *testing.T) {
	text, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	n := len(Frames())
	want := fmt.Sprintf("%d calls, %d,%03d frames", TotalCalls, n/1000, n%1000)
	if !strings.Contains(string(text), want) {
		t.Errorf("README.md does not say %q", want)
	}
	attacks := 0
	for _, e := range Expected() {
		attacks += e.Calls
		if !strings.Contains(string(text), fmt.Sprintf("| %s | ", e.Client)) || !strings.Contains(string(text), fmt.Sprintf("| %d | ", e.Calls)) {
			t.Errorf("README.md does not list %s with %d calls", e.Client, e.Calls)
		}
	}
	if row := fmt.Sprintf("| %d | nothing |", TotalCalls-attacks); !strings.Contains(string(text), row) {
		t.Errorf("README.md does not say %q of customers", row)
	}
}
