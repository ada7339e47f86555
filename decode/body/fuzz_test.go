package body

import (
	"bytes"
	"strings"
	"testing"

	"spaniel/event"
)

// FuzzLeaves: a bounded number of leaves with places, the same every time, and
// nothing longer than what came in.
func FuzzLeaves(f *testing.F) {
	for _, c := range leafCases {
		f.Add(c.target, c.headers, c.body)
	}
	for _, c := range graphqlCases {
		f.Add(c.target, c.headers, c.body)
	}
	for _, c := range insideCases {
		f.Add(c.target, c.headers, c.body)
	}
	for _, c := range yamlCases {
		f.Add("/a", "Content-Type: "+c.media, c.body)
	}
	f.Add("/a", "Content-Type: application/x-www-form-urlencoded; charset=ibm037", "%81=%7D%40")
	f.Add("/a", "Content-Type: text/plain; charset=utf-7", "+ADw-+")
	f.Add("/a", "Content-Type: application/json", strings.Repeat("[", 5000))
	f.Add("/a", "Content-Type: multipart/mixed; boundary=a", "--a\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nx")
	f.Fuzz(func(t *testing.T, target, headers, body string) {
		c := request(target, headers, body)
		leaves := c.Leaves()
		if len(leaves) > 1000 {
			t.Fatalf("%d leaves", len(leaves))
		}
		limit := 3*(len(target)+len(headers)+len(body)) + 16
		for i := range leaves {
			l := &leaves[i]
			if l.Place == "" || l.Expand == nil || len(l.Value) > limit || len(l.Place) > maxPlace+maxName+40 {
				t.Fatalf("leaf %+v", l)
			}
		}
		if again := show(request(target, headers, body).Leaves()); again != show(leaves) {
			t.Fatalf("first %s\nthen %s", show(leaves), again)
		}
	})
}

// FuzzDecompress: no coding gives more than the cap, and what is decoded of a
// part is the beginning of what is decoded of the whole.
func FuzzDecompress(f *testing.F) {
	for _, coding := range []string{"gzip", "deflate", "raw", "br", "zstd"} {
		f.Add(strings.Replace(coding, "raw", "deflate", 1), pack(f, coding, []byte("hello hello hello")), uint16(9))
		f.Add(coding+", "+coding, pack(f, coding, pack(f, coding, make([]byte, 1<<20))), uint16(40))
	}
	e := New(Config{MaxOutput: 200 << 10})
	f.Fuzz(func(t *testing.T, coding string, raw []byte, cut uint16) {
		c, got := unpack(e, coding, raw, true)
		if len(got) > max(200<<10, len(raw)) {
			t.Fatalf("%d bytes from %d", len(got), len(raw))
		}
		whole := bytes.Clone(got)
		if strings.Contains(coding, ",") || len(c.Anomalies) > 0 {
			return
		}
		_, part := unpack(e, coding, raw[:min(int(cut), len(raw))], false)
		if !bytes.HasPrefix(whole, part) {
			t.Fatalf("of a part %q, of the whole %q", part, whole)
		}
	})
}

// FuzzReadings: the value as sent comes first, the readings are distinct and
// bounded, and asking twice gives the same.
func FuzzReadings(f *testing.F) {
	for _, s := range []string{"a", "%2527", "JTI3JTI3", "&lt;", `\u0027`, "\uff1c", "%c0%af", `{"a":"'"}`, "eyJhbGciOiJub25lIn0.eyJzdWIiOiInIG9yIn0.", "data:a;base64,PHNjcmlwdD4="} {
		f.Add(s, byte(event.LeafQuery))
		f.Add(s, byte(event.LeafHeader))
	}
	e := New(Config{})
	f.Fuzz(func(t *testing.T, value string, kind byte) {
		l := event.Leaf{Value: value, Kind: event.LeafKind(kind % 10)}
		list := e.readings(&l, false)
		if len(list) == 0 || list[0].Text != value || list[0].Chain != "" || len(list) > maxReadings {
			t.Fatalf("readings %q of %q", list, value)
		}
		size := 0
		for i, r := range list {
			if i == 0 {
				continue
			}
			size += len(r.Text)
			if has(list[:i], r.Text) || r.Chain == "" || chainLen(r.Chain) > maxSteps {
				t.Fatalf("readings %q of %q", list, value)
			}
		}
		if size > maxReadBytes {
			t.Fatalf("%d bytes of readings of %q", size, value)
		}
		again := e.readings(&l, false)
		for i := range again {
			if again[i] != list[i] {
				t.Fatalf("first %q, then %q", list, again)
			}
		}
	})
}
