package text

import (
	"strings"
	"testing"
)

// TestDeserMarks: no tag is passed over, wherever it stands and however it is
// written.
func TestDeserMarks(t *testing.T) {
	for _, w := range append(deserTags.words(), classTags...) {
		for at := range 8 {
			for _, tag := range []string{w, strings.ToUpper(w)} {
				if s := "{\"name\":"[:at] + tag + ":1}"; deserMarks.absent(s) {
					t.Errorf("%q is passed over in %q", tag, s)
				}
			}
		}
	}
	if !deserMarks.absent("{}") {
		t.Error("nothing is passed over")
	}
}
