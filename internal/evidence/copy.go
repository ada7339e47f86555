package evidence

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"

	"spaniel/capture"
	"spaniel/event"
)

// A MixedError says that the frames are of links of two types, which one pcap
// cannot hold.
type MixedError struct{ First, Second uint16 }

func (e *MixedError) Error() string {
	return fmt.Sprintf("the packets are of links of two types, %d and %d, which one pcap cannot hold", e.First, e.Second)
}

// Copy writes those frames of src whose numbers are listed, sorted, to w as a
// pcap, as they were captured.
func Copy(ctx context.Context, src capture.Source, frames []uint64, w io.Writer) (err error) {
	buf := bufio.NewWriterSize(w, 64<<10)
	var out *capture.Writer
	var f event.Frame
	link := uint16(0)
	for left := frames; len(left) > 0 && ctx.Err() == nil; {
		if err := src.Next(&f); errors.Is(err, io.EOF) {
			return fmt.Errorf("the capture has become shorter while it was read: frame %d is gone", left[0])
		} else if err != nil {
			return err
		}
		if f.Number != left[0] {
			continue
		}
		left = left[1:]
		if out == nil {
			link = f.Link
			if out, err = capture.NewWriter(buf, link); err != nil {
				return err
			}
		}
		if f.Link != link {
			return &MixedError{link, f.Link}
		}
		if err := out.Write(&f); err != nil {
			return err
		}
	}
	return errors.Join(ctx.Err(), buf.Flush())
}
