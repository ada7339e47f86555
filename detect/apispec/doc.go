// Package apispec reads what an API's own specification says that it has: the
// operations of an OpenAPI 3.0 or 3.1 or Swagger 2.0 document, in YAML or JSON,
// and says of a call which of them it is. It reads paths, methods, servers and
// what is deprecated, and nothing of parameters and bodies. It opens no file,
// and knows nothing of rules.
package apispec

// The bounds of a document.
const (
	// MaxFile is the bytes of one document.
	MaxFile = 16 << 20
	// maxOperations bounds those of a document.
	maxOperations = 20_000
	// maxServers bounds the servers that one list names.
	maxServers = 64
	// maxMounts bounds the places of all operations: each is asked about a call.
	maxMounts = 256
	// maxShapes bounds the different mixtures of text and parameters in one place of
	// the tree; what is more is taken for a parameter alone.
	maxShapes = 256
	// maxPath bounds a path, which nests the tree by its segments.
	maxPath = 1024
	// maxFaults bounds what is told of one document.
	maxFaults = 20
	// maxDepth bounds how deep a document nests.
	maxDepth = 500
)

// A Fault is what is wrong with a document, with its place and how to mend it.
type Fault struct {
	// Line and Col count from 1, Width is in characters.
	Line, Col, Width int
	Message, Remedy  string
}
