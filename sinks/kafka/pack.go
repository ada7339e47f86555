package kafka

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"time"

	"github.com/klauspost/compress/zstd"
	"github.com/segmentio/kafka-go"
	"github.com/segmentio/kafka-go/compress"
)

// A packer makes record batches, Kafka's format of messages on the wire and in
// its files (version 2, the one since Kafka 0.11). The library makes them too,
// a call of the compressor for each length and each header.
type packer struct {
	codec  kafka.Compression
	zstd   *zstd.Encoder
	spares chan *packed // buffers not in use
}

// packed is a record batch, its size in front, and the memory that it is made of.
type packed struct{ records, batch []byte }

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// zstdWindow bounds how far back zstd looks, and with that its memory.
const zstdWindow = 64 << 10

func newPacker(codec kafka.Compression) (*packer, error) {
	p := &packer{codec: codec, spares: make(chan *packed, parallel)}
	if codec != kafka.Zstd {
		return p, nil
	}
	var err error
	p.zstd, err = zstd.NewWriter(nil, zstd.WithWindowSize(zstdWindow), zstd.WithEncoderConcurrency(parallel), zstd.WithEncoderCRC(false)) // the batch has a checksum of its own
	return p, err
}

// crcFrom is where begins what a batch's checksum covers, lengthFrom what its
// length does.
const crcFrom, lengthFrom = 21, 12

// sizeLen is what a request has in front of its batch: how long that is.
const sizeLen = 4

// pack makes one batch of msgs, all of the time at. Give it back when it was
// sent.
func (p *packer) pack(msgs []*message, at time.Time) (*packed, error) {
	var m *packed
	select {
	case m = <-p.spares:
	default:
		m = new(packed)
	}
	m.records = m.records[:0]
	for i := range msgs {
		m.records = appendMessage(m.records, i, msgs[i])
	}
	order, stamp := binary.BigEndian, uint64(at.UnixMilli())
	b := order.AppendUint32(m.batch[:0], 0)
	b = order.AppendUint64(b, 0) // base offset, length, epoch of the leader: the broker's
	b = order.AppendUint32(b, 0)
	b = order.AppendUint32(b, 1<<32-1)
	b = append(b, 2, 0, 0, 0, 0) // version, checksum
	b = order.AppendUint16(b, uint16(p.codec))
	b = order.AppendUint32(b, uint32(len(msgs)-1))
	b = order.AppendUint64(order.AppendUint64(b, stamp), stamp)
	b = append(b, "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"...) // producer, its epoch, sequence: none
	b = order.AppendUint32(b, uint32(len(msgs)))
	b, err := p.compressed(b, m.records)
	if err != nil {
		return nil, err
	}
	batch := b[sizeLen:]
	order.PutUint32(batch[8:], uint32(len(batch)-lengthFrom))
	order.PutUint32(batch[17:], crc32.Checksum(batch[crcFrom:], castagnoli))
	order.PutUint32(b, uint32(len(batch)))
	m.batch = b
	return m, nil
}

// give takes back the memory of a batch.
func (p *packer) give(m *packed) {
	select {
	case p.spares <- m:
	default:
	}
}

// compressed appends the records, compressed.
func (p *packer) compressed(b, records []byte) ([]byte, error) {
	switch {
	case p.codec == 0:
		return append(b, records...), nil
	case p.zstd != nil:
		return p.zstd.EncodeAll(records, b), nil
	}
	codec := compress.Compression(p.codec).Codec()
	into := bytes.NewBuffer(b)
	w := codec.NewWriter(into)
	_, err := w.Write(records)
	if cerr := w.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		return nil, fmt.Errorf("compressing records: %w", err)
	}
	return into.Bytes(), nil
}

// appendMessage appends the i-th record of a batch.
func appendMessage(b []byte, i int, m *message) []byte {
	n := 1 + 1 + varintLen(i) + textLen(len(m.key)) + textLen(len(m.value))
	headers := 0
	for _, h := range m.headers {
		if h.key != "" {
			n += textLen(len(h.key)) + textLen(len(h.value))
			headers++
		}
	}
	n += varintLen(headers)
	b = binary.AppendVarint(b, int64(n))
	b = append(b, 0, 0) // attributes; milliseconds after the first
	b = binary.AppendVarint(b, int64(i))
	b = append(binary.AppendVarint(b, int64(len(m.key))), m.key...)
	b = append(binary.AppendVarint(b, int64(len(m.value))), m.value...)
	b = binary.AppendVarint(b, int64(headers))
	for _, h := range m.headers {
		if h.key != "" {
			b = append(binary.AppendVarint(b, int64(len(h.key))), h.key...)
			b = append(binary.AppendVarint(b, int64(len(h.value))), h.value...)
		}
	}
	return b
}

// textLen is how long a text of n bytes is, its length in front.
func textLen(n int) int { return varintLen(n) + n }

func varintLen(n int) (size int) {
	for v := uint64(n) << 1; ; v >>= 7 {
		size++
		if v < 0x80 {
			return size
		}
	}
}
