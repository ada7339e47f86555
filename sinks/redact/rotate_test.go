package redact

import (
	"os"
	"path/filepath"
	"testing"
)

// A key that is taken away is replaced by another at the next start; each hash
// says by which key it was made, and put back, the old key makes the old ones.
func TestAKeyIsReplaced(t *testing.T) {
	path := filepath.Join(t.TempDir(), "privacy.key")
	open := func() *Redactor {
		key, err := LoadOrMakeKey(path)
		if err != nil {
			t.Fatal(err)
		}
		return New(key, Option{})
	}
	old := open()
	was := old.Hash("token", "abc")
	if err := os.Rename(path, path+".2026"); err != nil {
		t.Fatal(err)
	}
	now := open()
	if is := now.Hash("token", "abc"); is == was || is[:8] != now.KeyID() || was[:8] != old.KeyID() || now.KeyID() == old.KeyID() {
		t.Errorf("%s under one key, %s under the other", was, is)
	}
	if err := os.Rename(path+".2026", path); err != nil {
		t.Fatal(err)
	}
	if got := open().Hash("token", "abc"); got != was {
		t.Errorf("the old key makes %s, made %s", got, was)
	}
}
