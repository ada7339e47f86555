package corpus

// A Case is one labelled call.
type Case struct {
	// ID names the file, the line and the variant.
	ID string
	// Attack says what Label is: a family of attacks, or a kind of benign calls.
	Attack bool
	Label  string
	// Also are families that are as right.
	Also []string
	// File is what a split goes by.
	File string
	// Half is where the split put the file.
	Half Half
	// Shape numbers the entry of the file; its variants share it.
	Shape int
	// Place and Encoding say where the payload stands and how it is written.
	Place, Encoding string
	// Text is the payload as it was written by hand, "" of a whole request.
	Text string
	// Request and Response are the bytes that are sent; Response may be nil.
	Request, Response []byte
}

// Half of a corpus: matchers are tuned on the one and judged by the other.
type Half string

// The halves.
const (
	Tune   Half = "tune"
	Report Half = "report"
)
