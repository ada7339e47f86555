package apispec

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// An Operation is one that a document names.
type Operation struct {
	Method, Path string
	Deprecated   bool
	// servers are the places of its own, nil for those of the document.
	servers []place
}

// A Document is what was read of one.
type Document struct {
	Title      string
	Operations []Operation
	servers    []place
}

// methods are the keys of a path that are operations.
func methods() []string {
	return []string{"get", "put", "post", "delete", "options", "head", "patch", "trace", "query"}
}

// Read reads the text of a document. It is nil where there are faults.
func Read(text string) (*Document, []Fault) {
	r := &reader{doc: &Document{}}
	text = strings.TrimPrefix(text, "\ufeff")
	first := strings.TrimLeft(text, " \t\r\n")
	asJSON := strings.HasPrefix(first, "{")
	switch {
	case len(text) > MaxFile:
		return nil, []Fault{{1, 1, 1, fmt.Sprintf("the file has more than %d MiB", MaxFile>>20), "leave the schemas out: paths and servers are what is read"}}
	case len(text) > maxYAML && !asJSON:
		return nil, []Fault{{1, 1, 1, fmt.Sprintf("the YAML has more than %d MiB", maxYAML>>20), "write it as JSON, or leave the schemas out"}}
	case !utf8.ValidString(text):
		return nil, []Fault{{1, 1, 1, "the file is not valid UTF-8", "save it as UTF-8"}}
	}
	read := readYAML
	if asJSON {
		read = readJSON
	}
	root, fault := read(text, []string{"openapi", "swagger", "info", "servers", "paths", "host", "basePath", "schemes", "components"})
	if fault != nil {
		return nil, []Fault{*fault}
	}
	r.document(root)
	if len(r.faults) > 0 {
		return nil, r.faults
	}
	return r.doc, nil
}

// maxYAML is the bytes of a document in YAML, which takes twenty times its size
// in memory while it is read.
const maxYAML = 8 << 20

type reader struct {
	doc    *Document
	root   *node
	faults []Fault
}

func (r *reader) fault(n *node, remedy, format string, args ...any) {
	if len(r.faults) < maxFaults {
		r.faults = append(r.faults, Fault{max(1, n.line), max(1, n.col), max(1, min(60, utf8.RuneCountInString(n.text))), fmt.Sprintf(format, args...), remedy})
	}
}

func (r *reader) document(root *node) {
	if r.root = root; root.kind != mapping {
		r.fault(root, "name an OpenAPI document", "the document is %s, not a mapping", root.is())
		return
	}
	switch v, two := root.get("openapi"), root.get("swagger"); {
	case v != nil && (strings.HasPrefix(v.text, "3.0") || strings.HasPrefix(v.text, "3.1") || strings.HasPrefix(v.text, "3.2")):
		r.doc.servers = r.servers(root.get("servers"))
		if r.doc.servers == nil {
			r.doc.servers = []place{{}}
		}
	case two != nil && strings.HasPrefix(two.text, "2."):
		r.doc.servers = r.swagger(root)
	case v != nil || two != nil:
		if v == nil {
			v = two
		}
		r.fault(v, "use OpenAPI 3.0 or 3.1, or Swagger 2.0", "version %q is not read", v.text)
		return
	default:
		r.fault(root, "it begins with openapi: 3.1.0", "the document does not say that it is one of OpenAPI")
		return
	}
	if t := root.get("info").get("title"); t != nil {
		r.doc.Title = t.text
	}
	paths := root.get("paths")
	if paths == nil || paths.kind != mapping {
		if paths == nil {
			paths = root
		}
		r.fault(paths, "name the paths of the API below it", "the document has no paths")
		return
	}
	for i := range paths.keys {
		if k := &paths.keys[i]; !strings.HasPrefix(k.text, "x-") {
			r.path(k, &paths.values[i])
		}
	}
	if len(r.doc.Operations)+len(r.faults) == 0 {
		r.fault(paths, "name its methods (get, post, …) below each path", "the document has no operations")
	}
}

// path reads the operations of one path.
func (r *reader) path(key, item *node) {
	switch {
	case !strings.HasPrefix(key.text, "/"):
		r.fault(key, "write /"+strings.TrimLeft(key.text, "/"), "the path %q does not begin with a slash", key.text)
		return
	case len(key.text) > maxPath:
		r.fault(key, "", "the path has %d bytes, at most %d are allowed", len(key.text), maxPath)
		return
	case strings.Count(key.text, "{") != strings.Count(key.text, "}"):
		r.fault(key, "write {name} around each parameter", "a bracket of the path %q is not closed", key.text)
		return
	}
	if ref := item.get("$ref"); ref != nil {
		to := r.item(ref)
		if to == nil {
			return
		}
		item = to
	}
	if item.kind != mapping {
		if item.text != "" || item.kind == list { // an empty one has no operation
			r.fault(item, "write its methods below it", "the path %q is %s, not a mapping", key.text, item.is())
		}
		return
	}
	own := r.servers(item.get("servers"))
	for i := range item.keys {
		method := &item.keys[i]
		if !contains(methods(), method.text) {
			continue
		}
		op := &item.values[i]
		o := Operation{Method: strings.ToUpper(method.text), Path: key.text, Deprecated: truth(op.get("deprecated")), servers: own}
		if s := r.servers(op.get("servers")); s != nil {
			o.servers = s
		}
		if len(r.doc.Operations) == maxOperations {
			r.fault(method, "", "the document has more than %d operations", maxOperations)
			return
		}
		r.doc.Operations = append(r.doc.Operations, o)
	}
}

// item is the path item that a reference within the document names.
func (r *reader) item(ref *node) *node {
	name, ok := strings.CutPrefix(ref.text, "#/components/pathItems/")
	if !ok {
		if strings.HasPrefix(ref.text, "#/") {
			r.fault(ref, "refer to #/components/pathItems/…, or write the path here", "the reference %q is not followed", ref.text)
		} else {
			r.fault(ref, "bundle the files into one first", "the path is in another file, %q", ref.text)
		}
		return nil
	}
	name = strings.NewReplacer("~1", "/", "~0", "~").Replace(name)
	item := r.root.get("components").get("pathItems").get(name)
	if item == nil {
		r.fault(ref, "", "there is no %q", ref.text)
	}
	return item
}

func truth(n *node) bool { return n != nil && strings.EqualFold(n.text, "true") }
