package vault

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"filippo.io/age"
)

// rig is a vault in a directory of the test's, whose clock the test moves.
type rig struct {
	*Vault
	t   *testing.T
	key *age.X25519Identity
	cfg Config
	now time.Time
}

func newRig(t *testing.T, cfg Config) *rig {
	t.Helper()
	key, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	r := &rig{t: t, key: key, cfg: cfg, now: time.Now()}
	r.cfg.Dir, r.cfg.End, r.cfg.Recipient = filepath.Join(t.TempDir(), "a", "vault"), ".x.age", key.Recipient().String()
	r.cfg.Now = func() time.Time { return r.now }
	r.open()
	return r
}

func (r *rig) open() {
	r.t.Helper()
	var err error
	if r.Vault, err = Open(r.cfg); err != nil {
		r.t.Fatal(err)
	}
}

// put puts away text.
func (r *rig) put(name, text string) {
	r.t.Helper()
	if got, err := r.Put(name, int64(len(text)), func(w io.Writer) error { _, err := io.WriteString(w, text); return err }); err != nil || got != name+".x.age" {
		r.t.Fatalf("%q: %v", got, err)
	}
}

// read is what the owner of the key reads.
func (r *rig) read(name string) string {
	r.t.Helper()
	f, err := os.Open(filepath.Join(r.cfg.Dir, name+".x.age"))
	if err != nil {
		r.t.Fatal(err)
	}
	defer f.Close()
	plain, err := age.Decrypt(f, r.key)
	if err != nil {
		r.t.Fatal(err)
	}
	b, err := io.ReadAll(plain)
	if err != nil {
		r.t.Fatal(err)
	}
	return string(b)
}

// names are all that is in the directory, and what it takes of the disk.
func (r *rig) names() (list []string, bytes uint64) {
	r.t.Helper()
	entries, err := os.ReadDir(r.cfg.Dir)
	if err != nil {
		r.t.Fatal(err)
	}
	for _, e := range entries {
		is, err := e.Info()
		if err != nil {
			r.t.Fatal(err)
		}
		list, bytes = append(list, e.Name()), bytes+uint64(onDisk(is.Size()))
	}
	return list, bytes
}

// TestOnlyTheOwnerReads: a file holds what was put away, for who has the key; not a
// byte of it shows in the directory, neither before nor after.
func TestOnlyTheOwnerReads(t *testing.T) {
	r := newRig(t, Config{})
	const secret = "hush-hush, and again: hush-hush"
	long := strings.Repeat(secret, 100_000)
	looked := false
	_, err := r.Put("one", int64(len(long)), func(w io.Writer) error {
		if _, err := io.WriteString(w, long); err != nil {
			return err
		}
		looked = true
		for _, name := range func() []string { n, _ := r.names(); return n }() {
			b, err := os.ReadFile(filepath.Join(r.cfg.Dir, name))
			if err != nil || bytes.Contains(b, []byte("hush")) || len(b) < 1<<20 {
				t.Errorf("%s, half written, holds %d bytes that show: %v", name, len(b), err)
			}
		}
		return nil
	})
	if err != nil || !looked {
		t.Fatal(err)
	}
	r.put("two", secret)
	for name, want := range map[string]string{"one": long, "two": secret} {
		if r.read(name) != want {
			t.Errorf("%s is not what was put away", name)
		}
		raw, err := os.ReadFile(filepath.Join(r.cfg.Dir, name+".x.age"))
		if err != nil || bytes.Contains(raw, []byte("hush")) {
			t.Errorf("%s shows what it holds: %v", name, err)
		}
		if is, err := os.Stat(filepath.Join(r.cfg.Dir, name+".x.age")); err != nil || is.Mode().Perm() != 0o600 {
			t.Errorf("%s may be read by others: %v %v", name, is.Mode(), err)
		}
	}
	other, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	raw, err := os.ReadFile(filepath.Join(r.cfg.Dir, "two.x.age"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := age.Decrypt(bytes.NewReader(raw), other); err == nil {
		t.Error("another key reads it")
	}
	r.put("two", "another") // in its place
	if got := r.Stats(); r.read("two") != "another" || got.Files != 2 {
		t.Errorf("%+v", got)
	}
}

// TestTheOldestGo holds random files, restarts and times to a list.
func TestTheOldestGo(t *testing.T) {
	const age = time.Hour
	for seed := range uint64(5) {
		rng := rand.New(rand.NewPCG(seed, 1))
		r := newRig(t, Config{MaxBytes: 40 << 10, MaxFiles: 7, MaxAge: age})
		type put struct {
			name string
			at   time.Time
		}
		var model []put
		var room, old uint64
		for n := range 60 {
			r.now = r.now.Add(time.Duration(rng.IntN(int(age / 6))))
			switch rng.IntN(8) {
			case 0:
				if err := r.Tidy(); err != nil {
					t.Fatal(err)
				}
				for len(model) > 0 && model[0].at.Before(r.now.Add(-age)) {
					model, old = model[1:], old+1
				}
				continue
			case 1: // it begins anew; files have their times from the disk
				before := r.Stats()
				for _, p := range model {
					if err := os.Chtimes(filepath.Join(r.cfg.Dir, p.name+".x.age"), p.at, p.at); err != nil {
						t.Fatal(err)
					}
				}
				r.open()
				r.stats.RemovedRoom, r.stats.RemovedAge = r.stats.RemovedRoom+before.RemovedRoom, r.stats.RemovedAge+before.RemovedAge
				for len(model) > 0 && model[0].at.Before(r.now.Add(-age)) {
					model, old = model[1:], old+1
				}
				continue
			}
			size := rng.IntN(15 << 10)
			name := fmt.Sprintf("%03d", n)
			before := len(model)
			r.put(name, strings.Repeat("x", size))
			model = append(model, put{name, r.now})
			list, bytes := r.names()
			if len(list) > r.cfg.MaxFiles || bytes > uint64(r.cfg.MaxBytes) {
				t.Fatalf("%d files, %d bytes", len(list), bytes)
			}
			model = model[len(model)-len(list):] // the newest, and no other
			room += uint64(before + 1 - len(model))
			if got := r.Stats(); got != (Stats{Files: uint64(len(list)), Bytes: bytes, RemovedRoom: room, RemovedAge: old}) {
				t.Fatalf("%+v; there are %d files, %d bytes; %d had to go for others and %d for their age", got, len(list), bytes, room, old)
			}
			for i, p := range model {
				if list[i] != p.name+".x.age" {
					t.Fatalf("there is %v, want %v", list, model)
				}
			}
		}
		if room == 0 {
			t.Errorf("nothing had to go")
		}
	}
}

// TestWhatFails: of a file that cannot be written nothing stays, and what was there
// under its name does.
func TestWhatFails(t *testing.T) {
	r := newRig(t, Config{MaxBytes: 64 << 10})
	r.put("one", "first")
	no := errors.New("no")
	for _, c := range []struct {
		name string
		size int64
		fill func(io.Writer) error
	}{
		{"one", 5, func(io.Writer) error { return no }},
		{"one", 5, func(w io.Writer) error { _, err := io.WriteString(w, "longer"); return err }},
		{"two", 64 << 10, func(io.Writer) error { return nil }},
		{"../three", 5, func(io.Writer) error { return nil }},
		{".four", 5, func(io.Writer) error { return nil }},
		{"", 5, func(io.Writer) error { return nil }},
	} {
		if name, err := r.Put(c.name, c.size, c.fill); err == nil || name != "" {
			t.Errorf("%q of %d bytes: %q, %v", c.name, c.size, name, err)
		}
	}
	if list, _ := r.names(); !slices.Equal(list, []string{"one.x.age"}) || r.read("one") != "first" || r.Stats().Files != 1 {
		t.Errorf("%v, %+v", list, r.Stats())
	}
	// What a crash leaves is removed, what others put there is not.
	for _, name := range []string{".five.x.age.part", "notes.txt", ".other.part"} {
		if err := os.WriteFile(filepath.Join(r.cfg.Dir, name), []byte("x"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	r.open()
	if list, _ := r.names(); !slices.Equal(list, []string{".other.part", "notes.txt", "one.x.age"}) || r.Stats().Files != 1 {
		t.Errorf("%v, %+v", list, r.Stats())
	}
	// Who removes a file takes nothing from the others.
	if err := os.Remove(filepath.Join(r.cfg.Dir, "one.x.age")); err != nil {
		t.Fatal(err)
	}
	for i := range 30 {
		r.put(fmt.Sprint(i), "x")
	}
	if got := r.Stats(); got.Files != 16 || got.Bytes != 64<<10 {
		t.Errorf("%+v", got)
	}
	if _, err := Open(Config{Dir: t.TempDir(), Recipient: "age1nobody"}); err == nil {
		t.Error("nobody is a recipient")
	}
}
