package capture

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/google/gopacket"
	"github.com/google/gopacket/pcapgo"

	"spaniel/event"
)

// sharedPcaps is the directory of real captures; the test is skipped without.
func sharedPcaps(t testing.TB) string {
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

// index reads INDEX.tsv: a map from column name to value for each file.
func index(t testing.TB, dir string) []map[string]string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(dir, "INDEX.tsv"))
	if err != nil {
		t.Fatal(err)
	}
	r := csv.NewReader(bytes.NewReader(data))
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

// brokenCaptures are the real captures that end in a fault, with where.
var brokenCaptures = map[string]int64{
	"capfmt/dpkt_examples-data-truncated_dns_2.pcap":    240,   // cut inside a record's header
	"tls/brimcap_cmd-brimcap-ztests-extra.pcapng":       12400, // one byte too many
	"tls/sv_bug-1450-04-tls_DER-incomplete-header.pcap": 5035,  // rubbish after the last record
}

// Every real capture is read to its end, or to the fault that is known, and
// holds as many frames as another tool counted.
func TestEveryRealCapture(t *testing.T) {
	dir := sharedPcaps(t)
	rows := index(t, dir)
	frames := 0
	for _, row := range rows {
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
		frames += n
		if want, cerr := strconv.Atoi(row["packets"]); cerr != nil || n != want {
			t.Errorf("%s: %d frames, %d are listed %v", name, n, want, cerr)
		}
		var fault *Fault
		at, known := brokenCaptures[name]
		switch {
		case known && (!errors.As(err, &fault) || fault.Offset != at):
			t.Errorf("%s: %v, not a fault at %d", name, err, at)
		case !known && err != nil:
			t.Errorf("%s: %v", name, err)
		}
	}
	t.Logf("%d frames in %d captures", frames, len(rows))
}

// oddTimes are the real captures whose times gopacket gets wrong, and why.
var oddTimes = map[string]string{
	"capfmt/nfstream_dhcp_little_endian.pcapng": "nanoseconds said to be microseconds: past what 64 bits of nanoseconds hold",
	"ipfrag/tcpdump_rx_serviceid_oobr.pcap":     "4 billion microseconds in a second: past 32 bits of nanoseconds",
}

// A packetReader is what gopacket's own readers are.
type packetReader interface {
	ReadPacketData() ([]byte, gopacket.CaptureInfo, error)
}

// otherReader opens data with gopacket's pure Go readers.
func otherReader(data []byte) (packetReader, error) {
	if bytes.HasPrefix(data, []byte("\x0a\x0d\x0d\x0a")) {
		return pcapgo.NewNgReader(bytes.NewReader(data), pcapgo.NgReaderOptions{WantMixedLinkType: true})
	}
	return pcapgo.NewReader(bytes.NewReader(data))
}

// Frame by frame the same as gopacket's readers, as far as those come.
func TestRealCapturesAsGopacketReadsThem(t *testing.T) {
	dir := sharedPcaps(t)
	compared, refused := 0, 0
	for _, row := range index(t, dir) {
		data, err := os.ReadFile(filepath.Join(dir, row["file"]))
		if err != nil {
			t.Fatal(err)
		}
		ours, _, err := readAll(bytes.NewReader(data))
		if _, known := brokenCaptures[row["file"]]; err != nil && !known {
			t.Errorf("%s: %v", row["file"], err)
		}
		other, err := otherReader(data)
		if err != nil {
			t.Logf("%s: gopacket does not read it: %v", row["file"], err)
			refused++
			continue
		}
		for i, f := range ours {
			b, info, err := other.ReadPacketData()
			if err != nil {
				t.Logf("%s: gopacket stops at frame %d: %v", row["file"], i+1, err)
				refused++
				break
			}
			if !bytes.Equal(b, f.Data) || info.Length != f.Length {
				t.Errorf("%s: frame %d is %+v, gopacket has %v %+v", row["file"], i+1, f, b, info)
				break
			}
			// Without a time of its own a frame has 0 here, year 1 there.
			same := info.Timestamp.Equal(time.Unix(0, f.Time)) || info.Timestamp.IsZero() && f.Time == 0
			if _, known := oddTimes[row["file"]]; !same && !known {
				t.Errorf("%s: frame %d is of %d, gopacket has %v", row["file"], i+1, f.Time, info.Timestamp)
				break
			}
			compared++
		}
	}
	t.Logf("%d frames are the same, in %d captures gopacket stops", compared, refused)
}
