package detect

import (
	"testing"

	"spaniel/detect/text"
)

func TestRecordWords(t *testing.T) {
	for name, want := range map[string]int{"winlog": 3, "severity": 2, "Level": 2, "@timestamp": 1, "ts": 1, "name": 0, "status": 0, "": 0} {
		if got := text.RecordWord(name); got != want {
			t.Errorf("RecordWord(%q) = %d, want %d", name, got, want)
		}
	}
}
