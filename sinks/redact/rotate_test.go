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

func TestRotateKey(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "privacy.key")
	if _, err := RotateKey(path); err == nil {
		t.Error("a key that is not there was replaced")
	}
	key, err := LoadOrMakeKey(path)
	if err != nil {
		t.Fatal(err)
	}
	was := New(key, Option{})
	ids := map[string]bool{was.KeyID(): true}
	before := was.KeyID()
	for range 5 {
		r, err := RotateKey(path)
		if err != nil {
			t.Fatal(err)
		}
		now, err := loadKey(path)
		if err != nil {
			t.Fatal(err)
		}
		if r.Old != before || New(now, Option{}).KeyID() != r.New || ids[r.New] {
			t.Errorf("%+v after %s", r, before)
		}
		old, err := loadKey(r.Kept)
		if err != nil || New(old, Option{}).KeyID() != r.Old {
			t.Errorf("kept: %v", err)
		}
		ids[r.New], before = true, r.New
	}
	first, err := loadKey(path + "." + was.KeyID())
	if err != nil || New(first, Option{}).Hash("token", "abc") != was.Hash("token", "abc") {
		t.Errorf("the first key is not what it was (%v)", err)
	}
	if list, err := os.ReadDir(dir); err != nil || len(list) != 6 {
		t.Errorf("%d files, want six keys (%v)", len(list), err)
	}
}

// A rotation that was cut off behind its first step can be made again.
func TestRotateKeyAgain(t *testing.T) {
	path := filepath.Join(t.TempDir(), "privacy.key")
	key, err := LoadOrMakeKey(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Link(path, path+"."+New(key, Option{}).KeyID()); err != nil {
		t.Fatal(err)
	}
	if _, err := RotateKey(path); err != nil {
		t.Error(err)
	}
	if err := os.WriteFile(path, []byte("no key\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := RotateKey(path); err == nil {
		t.Error("what is no key was replaced")
	}
}
