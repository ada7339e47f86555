package traffic

import "encoding/binary"

// TCP flags.
const (
	fin = 1
	syn = 2
	psh = 8
	ack = 16
)

// mss is the usual segment size of Ethernet.
const mss = 1460

// handshake opens c. Its segments come in order, as do those of goodbye: a
// mirror that swaps them changes who opened the connection, which is another
// question.
func (m *maker) handshake(c *conn) {
	m.segment(c, 0, syn, nil)
	c.seq[0]++
	m.segment(c, 1, syn|ack, nil)
	c.seq[1]++
	m.segment(c, 0, ack, nil)
	m.flush(false)
}

// goodbye closes c.
func (m *maker) goodbye(c *conn) {
	m.segment(c, 0, fin|ack, nil)
	c.seq[0]++
	m.segment(c, 1, fin|ack, nil)
	c.seq[1]++
	m.segment(c, 0, ack, nil)
	m.flush(false)
}

// send queues data as segments of the usual size.
func (m *maker) send(c *conn, dir int, data []byte) {
	for len(data) > 0 {
		n := min(len(data), mss)
		m.segment(c, dir, ack|psh, data[:n])
		c.seq[dir] += uint32(n)
		data = data[n:]
	}
}

// segment queues one TCP segment of c in a direction, with right checksums.
func (m *maker) segment(c *conn, dir int, flags byte, data []byte) {
	src, dst, sport, dport := c.client, c.server, c.port, uint16(8080)
	if dir == 1 {
		src, dst, sport, dport = dst, src, dport, sport
	}
	f := make([]byte, 54+len(data))
	copy(f, []byte{2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8, 0})
	ip := f[14:34]
	ip[0], ip[8], ip[9] = 0x45, 64, 6
	binary.BigEndian.PutUint16(ip[2:], uint16(40+len(data)))
	binary.BigEndian.PutUint16(ip[4:], uint16(m.rnd.Uint32()))
	ip[6] = 0x40
	binary.BigEndian.PutUint32(ip[12:], src)
	binary.BigEndian.PutUint32(ip[16:], dst)
	binary.BigEndian.PutUint16(ip[10:], ^sum(0, ip))
	tcp := f[34:]
	binary.BigEndian.PutUint16(tcp[0:], sport)
	binary.BigEndian.PutUint16(tcp[2:], dport)
	binary.BigEndian.PutUint32(tcp[4:], c.seq[dir])
	if flags&ack != 0 {
		binary.BigEndian.PutUint32(tcp[8:], c.seq[1-dir])
	}
	tcp[12], tcp[13] = 5<<4, flags
	binary.BigEndian.PutUint16(tcp[14:], 0xffff)
	copy(tcp[20:], data)
	pseudo := binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, src), dst)
	pseudo = binary.BigEndian.AppendUint16(append(pseudo, 0, 6), uint16(len(tcp)))
	binary.BigEndian.PutUint16(tcp[16:], ^sum(uint32(sum(0, pseudo)), tcp))
	m.queue = append(m.queue, f)
}

// flush writes the frames queued. Of those with data some are lost, swapped
// with the next or resent. None moves by more than one place: data that comes
// behind its acknowledgement, with a hole before it, rightly counts as lost.
func (m *maker) flush(data bool) {
	for i := 0; data && i+1 < len(m.queue); i++ {
		if m.chance(m.cfg.Swapped) {
			m.queue[i], m.queue[i+1] = m.queue[i+1], m.queue[i]
			i++
		}
	}
	for _, f := range m.queue {
		if data && m.chance(m.cfg.Lost) {
			m.sum.Lost++
			continue
		}
		m.frame(f)
		if data && m.chance(m.cfg.Resent) {
			m.frame(f)
		}
	}
	m.queue = m.queue[:0]
}

func (m *maker) frame(f []byte) {
	m.clock += int64(1000 + m.rnd.IntN(20000))
	var h [16]byte
	binary.LittleEndian.PutUint32(h[0:], uint32(m.clock/1e9))
	binary.LittleEndian.PutUint32(h[4:], uint32(m.clock%1e9))
	binary.LittleEndian.PutUint32(h[8:], uint32(len(f)))
	binary.LittleEndian.PutUint32(h[12:], uint32(len(f)))
	m.put(h[:])
	m.put(f)
	m.sum.Packets++
	m.sum.Bytes += len(f)
}

// sum is the Internet checksum's one's complement sum (RFC 1071).
func sum(s uint32, b []byte) uint16 {
	for i := 0; i+1 < len(b); i += 2 {
		s += uint32(b[i])<<8 | uint32(b[i+1])
	}
	if len(b)%2 == 1 {
		s += uint32(b[len(b)-1]) << 8
	}
	for s>>16 != 0 {
		s = s&0xffff + s>>16
	}
	return uint16(s)
}
