package body

// recent remembers places by what they are joined from: the bodies of one
// API have the same few, and a look here is cheaper than one into all places.
type recent [256]joined

type joined struct {
	prefix, name, place string
}

// at is where the place of prefix and name would be. name is not empty.
func (r *recent) at(prefix, name string) *joined {
	n := len(name)
	h := uint32(len(prefix))*31 + uint32(n)*131 + uint32(name[0])*17 + uint32(name[n-1])*257 + uint32(name[n/2])*61
	if m := len(prefix); m > 0 {
		h += uint32(prefix[m-1]) * 7
	}
	return &r[(h^h>>8)%uint32(len(r))]
}
