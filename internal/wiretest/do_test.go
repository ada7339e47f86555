package wiretest

import (
	"strings"
	"testing"
)

const tampered = `
-- client --
GET /a HTTP/1.1

-- segment client flags=RA seq=-1 ttl=9 badsum --
xyz\n
-- syns 3 --
-- arp reply 10.0.0.1 02:00:00:00:00:66 10.0.0.9 --
-- end open --
-- do --
`

func do(t *testing.T, lines string) (segs []Segment, frames []string) {
	t.Helper()
	c, err := Parse([]byte(tampered + lines))
	if err != nil {
		t.Fatal(err)
	}
	segs, fs, err := c.Do()
	if err != nil {
		t.Fatal(err)
	}
	for i, f := range fs {
		if f.Number != uint64(i+1) || i > 0 && f.Clock < fs[i-1].Clock {
			t.Errorf("frame %d has number %d, clock %d", i+1, f.Number, f.Clock)
		}
		frames = append(frames, string(f.Data))
	}
	return segs, frames
}

func TestDoTampersWithSegments(t *testing.T) {
	segs, frames := do(t, "")
	if len(segs) != 9 || len(frames) != 10 {
		t.Fatalf("%d segments, %d frames", len(segs), len(frames))
	}
	data, s := segs[3], segs[5]
	if s.Flags != RST|ACK || s.Seq != data.Seq+uint32(len(data.Payload))-1 || s.TTL != 9 || string(s.Payload) != "xyz\n" {
		t.Errorf("made %+v", s)
	}
	right := s
	right.BadSum = false
	if string(right.TCP()) == string(s.TCP()) {
		t.Error("the checksum is right")
	}
	if segs[6].Flags != SYN || segs[6].Src == segs[7].Src || !strings.HasPrefix(frames[9][12:], "\x08\x06\x00\x01") {
		t.Errorf("made %+v, %x", segs[6], frames[9])
	}
}

func TestDoTampersWithFrames(t *testing.T) {
	_, plain := do(t, "")
	for _, tc := range []struct {
		lines string
		want  int // frames
		at    int // of this one, from 0
		has   string
	}{
		{"at 4 lost\n", 9, 3, plain[4]},
		{"at 4 twice after=0s ttl=63\n", 11, 4, "GET /a"},
		{"vlan 5 0x9100\n", 10, 0, "\x91\x00\x00\x05\x08\x00"},
		{"at 4 pieces\n-- pieces --\n0-24 more\n16-end s/GET/PUT/ off=24 df\n", 11, 3, ""},
		{"at 4 spray 7\n", 17, 10, "GET /a"},
		{"at 4 ip 8 07\n", 10, 3, "\x07\x06"},
		{"at 4 teredo 0 99\n", 10, 3, "\xc0\x01\x00\x63"},
	} {
		_, frames := do(t, tc.lines)
		if len(frames) != tc.want || !strings.Contains(frames[min(tc.at, len(frames)-1)], tc.has) {
			t.Errorf("%q: %d frames, want %d; number %d is %q", tc.lines, len(frames), tc.want, tc.at+1, frames[min(tc.at, len(frames)-1)])
		}
	}
}

func TestDoNamesTheLineThatIsWrong(t *testing.T) {
	for _, line := range []string{"no-such", "cut", "cut x", "at 99 lost", "at x lost", "drop 99", "pieces none", "at 4 twice later=1ms", "time soon", "ip 8"} {
		c, err := Parse([]byte(tampered + line + "\n"))
		if err != nil {
			t.Fatal(err)
		}
		if _, _, err := c.Do(); err == nil || !strings.Contains(err.Error(), line) {
			t.Errorf("%q: %v", line, err)
		}
	}
}
