package capture

import (
	"errors"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
)

// put writes files into a new directory.
func put(t *testing.T, files map[string][]byte) string {
	t.Helper()
	dir := t.TempDir()
	for name, data := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestListExpandsDirectories(t *testing.T) {
	data := good().data
	dir := put(t, map[string][]byte{
		"b.pcapng":       data,
		"a/no-extension": newFixture(1).pcap(magicMicros, 1).data,
		"a/z.gz":         zip(t, data),
		"c/d/e.zst":      zst(t, data),
		"cut.pcap":       data[:7],
		"empty.pcap":     nil,
		"notes.txt":      []byte("notes"),
		"broken.gz":      []byte("\x1f\x8bnothing"),
		"text.gz":        zip(t, []byte("not a capture")),
	})
	for from, to := range map[string]string{
		filepath.Join(dir, "b.pcapng"): "link-to-file", filepath.Join(dir, "nowhere"): "link-to-nothing", dir: "loop",
	} {
		if err := os.Symlink(from, filepath.Join(dir, to)); err != nil {
			t.Fatal(err)
		}
	}
	// Neither blocks the walk: they are no files.
	if err := syscall.Mkfifo(filepath.Join(dir, "fifo"), 0o600); err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("unix", filepath.Join(dir, "socket"))
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close() //nolint:errcheck // the test's own
	named := filepath.Join(dir, "b.pcapng")
	got, err := List([]string{"-", named, dir})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"-", named}
	for _, name := range []string{"a/no-extension", "a/z.gz", "b.pcapng", "c/d/e.zst", "cut.pcap", "link-to-file"} {
		want = append(want, filepath.Join(dir, name))
	}
	if !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

func TestListRefusesWithReason(t *testing.T) {
	dir := put(t, map[string][]byte{
		"empty": nil, "text": []byte("just some text"), "cut": good().data[:20], "sub/notes": []byte("x"), "bad.gz": []byte("\x1f\x8bxx"),
	})
	if err := os.Symlink("loop", filepath.Join(dir, "loop")); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"nothing":   "there is no such file; check the path",
		"empty":     "the file is empty",
		"text":      "not a capture: it begins with 0x6a757374",
		"cut":       "the file ends inside a block",
		"sub":       "the directory holds no capture; name a directory with",
		"bad.gz":    "compressed data",
		"empty/x":   "not a directory",
		"loop":      "too many levels of symbolic links",
		"nul\x00in": "invalid argument",
	} {
		path := filepath.Join(dir, name)
		_, err := List([]string{path})
		var unusable *InputError
		if !errors.As(err, &unusable) || unusable.Path != path || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, not %s", name, err, want)
		}
		if name == "sub" {
			continue
		}
		if _, err := Open(path); !errors.As(err, &unusable) || !strings.Contains(err.Error(), want) {
			t.Errorf("opening %s: %v, not %s", name, err, want)
		}
	}
	if _, err := Open(dir); err == nil || !strings.Contains(err.Error(), "it is a directory") {
		t.Errorf("opening a directory: %v", err)
	}
}

// A FIFO that the user names is read like a pipe.
func TestNamedFIFO(t *testing.T) {
	path := filepath.Join(t.TempDir(), "fifo")
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		t.Fatal(err)
	}
	if list, err := List([]string{path}); err != nil || len(list) != 1 {
		t.Fatal(list, err)
	}
	x := ngFixture(0)
	done := make(chan error, 1)
	go func() { done <- os.WriteFile(path, x.data, 0o600) }()
	f, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	n, err := drain(f, nil)
	if read, total := f.Progress(); n != len(x.frames) || err != nil || read != int64(len(x.data)) || total != 0 {
		t.Errorf("%d frames, %v, %d of %d bytes", n, err, read, total)
	}
	if err := errors.Join(<-done, f.Close()); err != nil {
		t.Error(err)
	}
}

func TestStandardInput(t *testing.T) {
	x := ngFixture(1)
	path := filepath.Join(put(t, map[string][]byte{"c": append([]byte("before"), x.data...)}), "c")
	in, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	// A file as standard input is read from where it stands, like a pipe.
	if _, err := in.Seek(6, 0); err != nil {
		t.Fatal(err)
	}
	f, err := openStdin(in)
	if err != nil {
		t.Fatal(err)
	}
	n, err := drain(f, nil)
	if _, total := f.Progress(); n != len(x.frames) || err != nil || total != int64(len(x.data)+6) {
		t.Errorf("%d frames, %v, of %d bytes", n, err, total)
	}
	if err := f.Close(); err != nil {
		t.Error(err)
	}
	if err := in.Close(); err != nil {
		t.Errorf("standard input was closed: %v", err)
	}
}
