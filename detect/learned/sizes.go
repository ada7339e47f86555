package learned

import "math/bits"

// sizes counts the answers of an endpoint by the power of two that is above
// their bytes.
type sizes [sizeSteps]uint32

// sizeSteps is how many powers there are: what is larger is in the last.
const sizeSteps = 33

// sizesKept is after how many answers all counts are halved, so that they tell
// of the latest.
const sizesKept = 1 << 14

func (s *sizes) learn(bytes uint64) {
	s[min(bits.Len64(bytes), sizeSteps-1)]++
	if s.total() >= sizesKept {
		for i := range s {
			s[i] /= 2
		}
	}
}

func (s *sizes) total() (n uint64) {
	for _, k := range s {
		n += uint64(k)
	}
	return n
}

func (s *sizes) add(o *sizes) {
	for i, k := range o {
		s[i] = uint32(min(uint64(s[i])+uint64(k), sizesKept))
	}
}

// most is the power of two below which all answers lie but one in a hundred.
func (s *sizes) most() uint64 {
	beyond, total := uint64(0), s.total()
	for i := sizeSteps - 1; i > 0; i-- {
		if beyond += uint64(s[i]); beyond*100 > total {
			return 1 << i
		}
	}
	return 1
}

// UsualBytes is a size, in bytes, that no more than one answer of e in a hundred
// reaches; ok is false before there were enough.
func (f *Facts) UsualBytes(e *Endpoint, clock int64) (bytes uint64, ok bool) {
	if !f.Enough(e, clock) || e.sizes == nil || e.sizes.total() < f.lim.Calls {
		return 0, false
	}
	return e.sizes.most(), true
}

// learnSize counts an answer that has bytes.
func (e *Endpoint) learnSize(bytes uint64) {
	if bytes == 0 {
		return
	}
	if e.sizes == nil {
		e.sizes = &sizes{}
	}
	e.sizes.learn(bytes)
}

// addSizes takes over those of another endpoint.
func (e *Endpoint) addSizes(o *Endpoint) {
	switch {
	case o.sizes == nil:
	case e.sizes == nil:
		e.sizes = o.sizes
	default:
		e.sizes.add(o.sizes)
	}
}

// save is the counts up to the last that is none.
func (s *sizes) save() []uint32 {
	if s == nil {
		return nil
	}
	n := sizeSteps
	for n > 0 && s[n-1] == 0 {
		n--
	}
	return s[:n:n]
}

// restoreSizes gives what was saved, within its bounds; nil of nothing.
func restoreSizes(list []uint32) *sizes {
	if len(list) == 0 || len(list) > sizeSteps {
		return nil
	}
	s := &sizes{}
	for i, k := range list {
		s[i] = min(k, sizesKept)
	}
	return s
}
