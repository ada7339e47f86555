package traffic

import "encoding/binary"

// TCP flags.
const (
	fin = 1
	syn = 2
	psh = 8
	ack = 16
)

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
