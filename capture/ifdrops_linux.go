package capture

import (
	"errors"
	"io"
	"os"
	"strconv"
	"strings"
)

// An ifDrops counts the frames that an interface had no room for, as the kernel
// tells under /sys. The files are kept open: later the process may open none.
type ifDrops struct {
	files []*os.File
	base  uint64
}

// openIfDrops begins to count from now on. Where the kernel tells nothing,
// nothing is counted.
func openIfDrops(name string) *ifDrops {
	d := &ifDrops{}
	for _, counter := range []string{"rx_missed_errors", "rx_fifo_errors"} {
		if f, err := os.Open("/sys/class/net/" + name + "/statistics/" + counter); err == nil {
			d.files = append(d.files, f)
		}
	}
	d.base = d.sum()
	return d
}

func (d *ifDrops) count() uint64 { return d.sum() - min(d.base, d.sum()) }

func (d *ifDrops) sum() (n uint64) {
	var buf [24]byte
	for _, f := range d.files {
		got, err := f.ReadAt(buf[:], 0)
		if err != nil && !errors.Is(err, io.EOF) {
			continue // the interface is gone
		}
		v, err := strconv.ParseUint(strings.TrimSpace(string(buf[:got])), 10, 64)
		if err == nil {
			n += v
		}
	}
	return n
}

func (d *ifDrops) close() {
	for _, f := range d.files {
		_ = f.Close() // it was only read
	}
}
