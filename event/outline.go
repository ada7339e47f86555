package event

// An Outliner is an Expander that can show what a request holds without making
// leaves of it.
type Outliner interface {
	// Outline shows each leaf that Leaves would make, in that order and without its
	// place, and before it the names that are new in its place. The call stays as it
	// was. whole is false where leaves that are not shown may be there: who needs to
	// know then asks for Leaves.
	Outline(c *Call, to Viewer) (whole bool)
}

// A Viewer is shown what a request holds.
type Viewer interface {
	// Leaf shows a leaf, which is valid until Leaf returns. plain says that it has
	// no reading but its value.
	Leaf(l *Leaf, plain bool)
	// Name shows a name.
	Name(name string)
}

// Outline shows the leaves, as an Outliner does; whole is false where nothing
// can show them.
func (c *Call) Outline(to Viewer) (whole bool) {
	o, ok := c.expand.(Outliner)
	return ok && o.Outline(c, to)
}
