package tls

// cursor reads big-endian fields off the front of b. Once a field does not
// fit, bad is set and all further reads give zeros.
type cursor struct {
	b   []byte
	bad bool
}

// take cuts n bytes off.
func (c *cursor) take(n int) []byte {
	if n > len(c.b) {
		c.b, c.bad = nil, true
		return nil
	}
	out := c.b[:n]
	c.b = c.b[n:]
	return out
}

// uint reads a number of n bytes.
func (c *cursor) uint(n int) (v int) {
	for _, x := range c.take(n) {
		v = v<<8 | int(x)
	}
	return v
}

// vector reads a field that begins with its length in n bytes.
func (c *cursor) vector(n int) cursor { return cursor{b: c.take(c.uint(n))} }

// words reads all that is left as numbers of two bytes.
func (c *cursor) words() (v []uint16) {
	for len(c.b) > 1 {
		v = append(v, uint16(c.uint(2)))
	}
	c.bad = c.bad || len(c.b) > 0
	return v
}
