package learned

// Auth is how a call was authenticated: a place in AuthNames.
type Auth uint8

// authCount is how many ways there are.
const authCount = 6

// AuthNames lists the kinds of principals in the order of Auth.
func AuthNames() [authCount]string {
	return [authCount]string{"none", "basic", "bearer", "jwt", "cookie", "apikey"}
}

// AuthOf is the Auth of a principal's kind; an unknown one is "none".
func AuthOf(kind string) Auth {
	for i, n := range AuthNames() {
		if n == kind {
			return Auth(i)
		}
	}
	return 0
}

// A Name is what is called: method, host, and the route as the path alone
// gives it. Whoever makes lessons uses one Name for the same three again, as
// far as it remembers: it is looked up by its address first.
type Name struct {
	Method, Host, Route string
	skips               skips
}

// A Lesson is what one call teaches. It owns its memory, holds no secret, and
// is borrowed until the function that took it returns.
type Lesson struct {
	Clock  int64 // packet clock, ns
	Name   *Name // nil teaches nothing of an endpoint
	Auth   Auth
	Status int
	// User got the sessions named by these keyed hashes.
	User   string
	Issued []string
	// Fields are those of the request's query and body; Returned the names of
	// those that the response holds, which lessons may share, and Role who got
	// them.
	Fields   []FieldSeen
	Returned []string
	Role     string
	// Owner is who calls, 0 if nobody knows, by what the call says; Session the
	// hash by which a login may know better. Asked are the ids that the request
	// names, Given those that the response holds, all as HashID has them.
	Owner        uint64
	Session      string
	Asked, Given []uint64
	// Bytes is how large the answer's body was, 0 where that does not matter.
	Bytes uint64
	// Token is what the caller's token shows; its Content is 0 without one.
	Token TokenSeen
	// Stored are the pieces of script that the request brings to be kept, Served
	// those that the answer holds and the request does not; Call is whose they are.
	Stored, Served []uint64
	Call           [16]byte
	// Spoiled calls teach nothing: a rule fired on them.
	Spoiled bool
}

// Reset empties l, keeping its memory.
func (l *Lesson) Reset() {
	*l = Lesson{Issued: l.Issued[:0], Fields: l.Fields[:0], Asked: l.Asked[:0], Given: l.Given[:0], Stored: l.Stored[:0], Served: l.Served[:0]}
}

// worked reports that the server did what it was asked.
func (l *Lesson) worked() bool { return l.Status >= 200 && l.Status < 400 }
