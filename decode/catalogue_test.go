package decode

import (
	"fmt"
	"path/filepath"
	"testing"
)

// TestCatalogueIsWhole: each number of the catalogue of hostile traffic has
// cases: IP (i), TCP (t), HTTP (h), whose last is a list of its own. The number of
// files may not fall either.
func TestCatalogueIsWhole(t *testing.T) {
	for family, last := range map[string]int{"i": 18, "t": 24, "h": 17} {
		for n := 1; n <= last; n++ {
			files, err := filepath.Glob(fmt.Sprintf("testdata/cases/%s%02d-*.txtar", family, n))
			if err != nil || len(files) == 0 {
				t.Errorf("no case of %s%02d", family, n)
			}
		}
	}
	all, err := filepath.Glob("testdata/cases/*.txtar")
	if err != nil || len(all) < 907 {
		t.Errorf("%d cases, were 907; %v", len(all), err)
	}
}
