package event

// LeafKind says which part of the request holds a leaf.
type LeafKind uint8

// The places a client controls.
const (
	LeafPath LeafKind = iota
	LeafQuery
	LeafHeader
	LeafCookie
	LeafForm
	LeafJSON
	LeafMultipart
	LeafXML
	LeafBody // a body of no known structure, as one value
	LeafName // the name of a parameter or key, itself client data
)

var leafKindNames = [...]string{"path", "query", "header", "cookie", "form", "json", "multipart", "xml", "body", "name"}

func (k LeafKind) String() string { return leafKindNames[k] }

// A Leaf is one client-controlled value with its place.
type Leaf struct {
	// Place is where: path.2, query.id, header.x-a, cookie.sid,
	// body.user.name, body.items.0.sku. Segments count from 1, items from 0.
	Place string
	// Key is the last name of the place ("id"), as sent.
	Key  string
	Kind LeafKind
	// Type of a JSON value: string, number, bool, null, object, array; else "".
	Type string
	// Value is the value as sent within its container: percent signs in a
	// query are still there; a JSON string has its escapes resolved, since
	// that is what the container means.
	Value string

	// Expand makes the readings; decode/body sets it, and Call, whose leaf it is
	// and which that may mark.
	Expand   func(*Leaf) []Reading
	Call     *Call
	readings []Reading
	// Cut says, once the readings are made, that a cap kept some out.
	Cut bool
}

// A Reading is a leaf's value after some steps of decoding.
type Reading struct {
	// Chain names the steps, joined by '>': "percent>base64"; "" is as sent.
	Chain string
	Text  string
}

// Readings returns the value as sent and each distinct decoding of it, made
// once, on first use. A number of at most seven digits and dots has no other.
func (l *Leaf) Readings() []Reading {
	if l.readings == nil {
		if l.Expand != nil {
			l.readings = l.Expand(l)
		}
		if l.readings == nil {
			l.readings = []Reading{{Text: l.Value}}
		}
	}
	return l.readings
}
