package detect

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"

	exprast "github.com/expr-lang/expr/ast"
	"github.com/goccy/go-yaml/ast"

	"spaniel/detect/apispec"
)

// A SpecFile is a file in which an API says what operations it has.
type SpecFile struct {
	// Source and Path say which file; Source is as for rules.
	Source Source
	Path   string
	// Hosts are those of the API, in which * stands for any text; those that its
	// servers name if there are none. Base is the path before all of its paths; as
	// its servers say if empty.
	Hosts []string
	Base  string
}

// A Spec is such a file, read.
type Spec struct {
	// File is its name, Title what it calls the API.
	File, Title string
	// Hosts are where it counts, Operations how many it has, Deprecated of them
	// are to be used no more.
	Hosts                  []string
	Operations, Deprecated int
	api                    *apispec.API
	hash                   string
}

// maxSpecs bounds those of a set: each is asked about each call.
const maxSpecs = 64

// loadSpecs reads the specifications of the options.
func (s *Set) loadSpecs(files []SpecFile) (problems []Problem) {
	if len(files) > maxSpecs {
		return []Problem{{File: "specifications", Line: 1, Col: 1, Message: fmt.Sprintf("%d files, at most %d are read", len(files), maxSpecs)}}
	}
	for i := range files {
		spec, ps := files[i].read()
		if problems = append(problems, ps...); spec != nil {
			s.around.specs = append(s.around.specs, spec)
		}
	}
	return problems
}

// read returns nil where the file is no specification, or is of no host.
func (f *SpecFile) read() (*Spec, []Problem) {
	shown := f.Source.shown(f.Path)
	text, err := readBounded(f.Source.FS, f.Path, apispec.MaxFile)
	if err != nil {
		return nil, []Problem{{File: shown, Line: 1, Col: 1, Message: "the specification cannot be read: " + readCause(err)}}
	}
	return newSpec(shown, text, f.Hosts, f.Base)
}

// newSpec is that of a text.
func newSpec(shown, text string, hosts []string, base string) (*Spec, []Problem) {
	read, faults := apispec.Read(text)
	d := &document{name: shown, text: text}
	for _, x := range faults {
		d.problem(x.Line, x.Col, x.Width, x.Remedy, "%s", x.Message)
	}
	if len(faults) > 0 {
		return nil, d.problems
	}
	api, fault := read.At(hosts, base)
	if fault != nil {
		d.problem(fault.Line, fault.Col, fault.Width, fault.Remedy, "%s", fault.Message)
		return nil, d.problems
	}
	sum := sha256.Sum256(fmt.Appendf(nil, "%q %q %s", hosts, base, text))
	return &Spec{File: shown, Title: read.Title, Hosts: api.Hosts(), Operations: api.Operations, Deprecated: api.Old, api: api, hash: hex.EncodeToString(sum[:8])}, nil
}

// Specs lists the specifications; the caller must not change them.
func (s *Set) Specs() []*Spec { return s.around.specs }

// testSpec reads the specification of one test, which is of all hosts.
func (r *reader) testSpec(n ast.Node) *Spec {
	s := r.scalar(n, "a specification")
	if !s.ok {
		return nil
	}
	spec, problems := newSpec("specification", s.text, []string{"*"}, "")
	for _, p := range problems {
		r.at(n, p.Remedy, "line %d of the specification: %s", p.Line, p.Message)
	}
	return spec
}

// specAnswer is what the specifications say of the call.
type specAnswer struct {
	asked     bool
	status    apispec.Status
	operation string
}

// spec asks each of them once for a call; what says most counts.
func (s *scope) spec() *specAnswer {
	a := &s.specSays
	if a.asked {
		return a
	}
	*a = specAnswer{asked: true}
	if len(s.around.specs) == 0 || !s.call.Req.Seen {
		return a
	}
	path, _, _ := strings.Cut(s.call.Req.Path, "?")
	for _, spec := range s.around.specs {
		if status, operation := spec.api.Find(s.call.Req.Host, s.call.Req.Method, path); status > a.status {
			a.status, a.operation = status, operation
		}
	}
	return a
}

// specFunctions tell what the API's own specification says of the call.
func specFunctions() []function {
	return []function{
		{name: "spec_status", meaning: "what the specifications of the configuration say of the call: documented, deprecated, other-method (the path, not the method) or undocumented; empty where none is about its host and path", example: `spec_status() in ["undocumented", "other-method"]`,
			types: []any{new(func(*scope) string)},
			call:  func(s *scope, _ []any) any { return s.spec().status.String() }},
		{name: "spec_operation", meaning: "method and path template of the operation that the call is by a specification; empty where it is none", example: `spec_operation() == "GET /v1/orders/{id}"`,
			types: []any{new(func(*scope) string)},
			call:  func(s *scope, _ []any) any { return s.spec().operation }},
		{name: "one_in", meaning: "holds for one call in so many, decided by its id: what windows need not know of all calls", example: `one_in(64)`,
			types: []any{new(func(*scope, int) bool)},
			call:  func(s *scope, a []any) any { return s.oneIn(a[0].(int)) }},
	}
}

// oneIn is decided by bits of a hash, so that it says the same of a call wherever
// it is asked.
func (s *scope) oneIn(n int) bool {
	id := &s.call.ID
	return n <= 1 || (int(id[4])<<16|int(id[5])<<8|int(id[6]))%n == 0
}

// specCall understands them.
func (t *translator) specCall(name string, args []exprast.Node) native {
	switch {
	case name == "spec_status" && len(args) == 0:
		return native{text: func(ev *eval) string { return ev.scope.spec().status.String() }}
	case name == "spec_operation" && len(args) == 0:
		return native{text: func(ev *eval) string { return ev.scope.spec().operation }}
	case name == "one_in" && len(args) == 1:
		if n := t.expr(args[0]).whole; n != nil {
			return native{truth: func(ev *eval) bool { return ev.scope.oneIn(n(ev)) }}
		}
	}
	return native{}
}
