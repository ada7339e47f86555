package capture

import (
	"encoding/csv"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"spaniel/event"
)

// sharedPcaps is the directory of real captures; the test is skipped without.
func sharedPcaps(t *testing.T) string {
	t.Helper()
	root := os.Getenv("SPANIEL_SHARED")
	if root == "" {
		root = filepath.Join("..", "..", "shared")
	}
	dir := filepath.Join(root, "data", "pcaps")
	if _, err := os.Stat(filepath.Join(dir, "INDEX.tsv")); err != nil {
		t.Skipf("no captures: %v (set SPANIEL_SHARED)", err)
	}
	return dir
}

// index reads the rows of INDEX.tsv as name → row by column name.
func index(t *testing.T, dir string) []map[string]string {
	t.Helper()
	file, err := os.Open(filepath.Join(dir, "INDEX.tsv"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close() //nolint:errcheck // read only
	r := csv.NewReader(file)
	r.Comma, r.LazyQuotes = '\t', true
	rows, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var list []map[string]string
	for _, row := range rows[1:] {
		m := make(map[string]string, len(row))
		for i, v := range row {
			m[rows[0][i]] = v
		}
		list = append(list, m)
	}
	return list
}

// drain reads f to its end, calling each for every frame.
func drain(f *File, each func(*event.Frame)) (n int, err error) {
	var fr event.Frame
	for {
		switch err := f.Next(&fr); {
		case err == io.EOF:
			return n, nil
		case err != nil:
			return n, err
		}
		n++
		if each != nil {
			each(&fr)
		}
	}
}

func TestEveryRealCapture(t *testing.T) {
	dir := sharedPcaps(t)
	for _, row := range index(t, dir) {
		name := row["file"]
		f, err := Open(filepath.Join(dir, name))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		n, err := drain(f, nil)
		if cerr := f.Close(); cerr != nil {
			t.Error(cerr)
		}
		var broken *Fault
		if err != nil && !errors.As(err, &broken) {
			t.Errorf("%s: %v", name, err)
		}
		want, _ := strconv.Atoi(row["packets"])
		if n != want || err != nil {
			t.Logf("%s: %d frames, %d listed, %v [%s %s]", name, n, want, err, row["format"], row["notes"])
		}
	}
}
