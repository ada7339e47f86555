package text

import (
	"cmp"
	"math/bits"
	"slices"
)

// candidates are those by the hash of a piece, which are looked up so often in vain
// that a map is dear. It is read-only once arranged.
type candidates struct {
	list  []hashed
	heads []uint32 // by the lowest bits of a hash: where in list those begin
	mask  uint32
}

type hashed struct {
	hash uint32
	candidate
}

func (p *candidates) add(hash uint32, c candidate) { p.list = append(p.list, hashed{hash, c}) }

// arrange makes what was added be found.
func (p *candidates) arrange() {
	p.mask = 1<<max(12, bits.Len(uint(len(p.list)))) - 1
	slices.SortStableFunc(p.list, func(a, b hashed) int {
		return cmp.Or(cmp.Compare(a.hash&p.mask, b.hash&p.mask), cmp.Compare(a.hash, b.hash))
	})
	p.heads = make([]uint32, p.mask+2)
	for _, c := range p.list {
		p.heads[c.hash&p.mask+1]++
	}
	for i := range p.mask + 1 {
		p.heads[i+1] += p.heads[i]
	}
}

// of returns the candidates with a hash.
func (p *candidates) of(hash uint32) []hashed {
	head := hash & p.mask
	list := p.list[p.heads[head]:p.heads[head+1]]
	for len(list) > 0 && list[0].hash != hash {
		list = list[1:]
	}
	n := 0
	for n < len(list) && list[n].hash == hash {
		n++
	}
	return list[:n]
}
