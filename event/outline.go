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
	// Header asks about a header before its leaves are shown: leaves says in how
	// many a header like it was shown, which need not be shown again, 0 if none was.
	Header(name, value string) (leaves int)
	// Shown says that a header of which Header knew nothing was shown, in so many
	// leaves.
	Shown(leaves int)
}

// Outline shows the leaves, as an Outliner does; whole is false where nothing
// can show them.
func (c *Call) Outline(to Viewer) (whole bool) {
	o, ok := c.expand.(Outliner)
	return ok && o.Outline(c, to)
}
