package text

const (
	// reachWhole is how many times its length a value may be read in all by
	// looks that overlap, reachNear how far each goes afterwards.
	reachWhole = 8
	reachNear  = 256
)

// A reach bounds looks ahead that begin within one another, as where a tag
// stands in the attribute of a tag in the attribute of a tag: each may go to
// the end of the value until, together, they read it some times over. What is
// nested so deep by people is not there; what is made to cost its square is.
type reach struct{ left int }

func newReach(s string) reach { return reach{left: reachWhole * len(s)} }

// from returns s as far as a look from i may go.
func (r *reach) from(s string, i int) string {
	if r.left > 0 {
		return s
	}
	return s[:min(len(s), i+reachNear)]
}

// read counts what a look took.
func (r *reach) read(n int) { r.left -= n }
