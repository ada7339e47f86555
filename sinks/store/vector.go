package store

import (
	"encoding/binary"
	"runtime"
	"slices"
	"unsafe"

	"github.com/duckdb/duckdb-go/v2/mapping"
)

// A vector is one column of the engine's next chunk: memory of the engine, in
// the layout that its C interface documents. The driver's own way in is a value
// at a time, each as any and by several calls into C, which costs more than
// the engine does.
type vector struct {
	v    mapping.Vector
	data unsafe.Pointer
}

func vectorOf(v mapping.Vector) vector { return vector{v, mapping.VectorGetData(v)} }

// values are the vector's first n values of a plain type.
func values[V any](v vector, n int) []V { return unsafe.Slice((*V)(v.data), n) }

// setNull makes the i-th value NULL.
func (v vector) setNull(i int) {
	mapping.VectorEnsureValidityWritable(v.v)
	mask := (*uint64)(unsafe.Add(mapping.VectorGetValidity(v.v), i/64*8))
	*mask &^= 1 << (i % 64)
}

// An entry is a list's place in the vector of its elements.
type entry struct{ offset, length uint64 }

// elements makes room for n elements of all lists together.
func (v vector) elements(n int) vector {
	mapping.ListVectorReserve(v.v, mapping.IdxT(n))
	mapping.ListVectorSetSize(v.v, mapping.IdxT(n))
	return vectorOf(mapping.ListVectorGetChild(v.v))
}

// member is the vector of a struct's i-th member.
func (v vector) member(i int) vector {
	return vectorOf(mapping.StructVectorGetChild(v.v, mapping.IdxT(i)))
}

// A text is how the engine keeps one: its length, and either its up to twelve
// bytes, or the first four and where all of them are.
type text [16]byte

const inlined = 12

// texts holds the bytes of long texts until the engine has copied them. They do
// not move, and are not freed, before reset.
type texts struct {
	blocks [][]byte
	used   int // blocks in use, the last of them in part
	pin    runtime.Pinner
}

const textBlock = 1 << 20

// of makes a text of s.
func (a *texts) of(s string) (t text) {
	binary.NativeEndian.PutUint32(t[:], uint32(len(s)))
	if len(s) <= inlined {
		copy(t[4:], s)
		return t
	}
	copy(t[4:8], s)
	binary.NativeEndian.PutUint64(t[8:], uint64(uintptr(a.keep(s))))
	return t
}

// keep copies s to where it stays.
func (a *texts) keep(s string) unsafe.Pointer {
	if a.used == 0 || cap(a.blocks[a.used-1])-len(a.blocks[a.used-1]) < len(s) {
		if a.used == len(a.blocks) || cap(a.blocks[a.used]) < len(s) {
			b := make([]byte, 0, max(textBlock, len(s)))
			a.pin.Pin(unsafe.SliceData(b))
			a.blocks = slices.Insert(a.blocks, a.used, b)
		}
		a.used++
	}
	b := &a.blocks[a.used-1]
	n := len(*b)
	*b = append(*b, s...)
	return unsafe.Pointer(&(*b)[n])
}

// reset forgets all texts and keeps the memory.
func (a *texts) reset() {
	for i := range a.blocks {
		a.blocks[i] = a.blocks[i][:0]
	}
	a.used = 0
}

// free lets the memory go.
func (a *texts) free() {
	a.pin.Unpin()
	*a = texts{}
}
