package config

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"reflect"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// Options say where a configuration comes from.
type Options struct {
	// File is the path of the file. When empty the first of Candidates that
	// exists is read, and none is fine.
	File       string
	Candidates []string
	// Set are overrides "a.b=value"; they win over all else.
	Set []string
	// Environ is as os.Environ gives it. SPANIEL_API_LISTEN sets api.listen;
	// it wins over the file. Names that match no key are left to others.
	Environ []string
}

// Load reads, lays over one another and validates. The error is an *Error
// when the user can mend it. used is the file that was read, if any.
func Load(opt Options) (cfg *Config, used string, err error) {
	return load(opt, nil)
}

// load is Load that also notes where each value was set.
func load(opt Options, origins map[string]string) (cfg *Config, used string, err error) {
	cfg = Default()
	l := &loader{env: lookup(opt.Environ), anchors: map[string]ast.Node{}, origins: origins}
	path, text, err := opt.read()
	if err != nil {
		return nil, path, err
	}
	l.file, l.lines = path, strings.Split(string(text), "\n")
	root := l.parse(text)
	l.assign(root, reflect.ValueOf(cfg).Elem(), "")
	l.environment(cfg, opt.Environ)
	for _, kv := range opt.Set {
		l.override("--set", kv, cfg)
	}
	if len(l.problems) == 0 {
		v := validator{file: path, lines: l.lines, root: root}
		if len(l.lines) == 0 || path == "" {
			v.file = "configuration"
		}
		l.problems = v.check(cfg)
	}
	if len(l.problems) > 0 {
		return nil, path, &Error{l.problems}
	}
	return cfg, path, nil
}

func (o *Options) read() (path string, text []byte, err error) {
	if o.File != "" {
		text, err = os.ReadFile(o.File)
		if err != nil {
			return o.File, nil, &Error{[]Problem{{File: o.File, Message: "cannot read the configuration: " + Cause(err)}}}
		}
		return o.File, text, nil
	}
	for _, c := range o.Candidates {
		text, err = os.ReadFile(c)
		if err == nil {
			return c, text, nil
		}
		if !errors.Is(err, fs.ErrNotExist) {
			return c, nil, &Error{[]Problem{{File: c, Message: "cannot read the configuration: " + Cause(err)}}}
		}
	}
	return "", nil, nil
}

// Cause is what went wrong with a file, without the path that is shown already.
func Cause(err error) string {
	var pe *fs.PathError
	if errors.As(err, &pe) {
		return pe.Err.Error()
	}
	return err.Error()
}

func lookup(environ []string) func(string) (string, bool) {
	return func(name string) (string, bool) {
		for i := len(environ) - 1; i >= 0; i-- {
			if k, v, ok := strings.Cut(environ[i], "="); ok && k == name {
				return v, true
			}
		}
		return "", false
	}
}

// parse returns the text's one document, nil if it is empty.
func (l *loader) parse(text []byte) ast.Node {
	f, err := parser.ParseBytes(text, 0)
	if err != nil {
		var y yaml.Error
		if errors.As(err, &y) {
			l.fail(y.GetToken(), y.GetMessage(), "")
		} else {
			l.problems = append(l.problems, Problem{File: l.file, Message: err.Error()})
		}
		return nil
	}
	var root ast.Node
	for _, d := range f.Docs {
		if d.Body == nil || d.Body.Type() == ast.CommentType || d.Body.Type() == ast.CommentGroupType {
			continue
		}
		if root != nil {
			l.fail(d.Body.GetToken(), "a second document begins here: the file is one", "")
			break
		}
		root = d.Body
	}
	return root
}

// environment lays SPANIEL_* over cfg.
func (l *loader) environment(cfg *Config, environ []string) {
	get := lookup(environ)
	for _, k := range keys(reflect.TypeFor[Config](), "") {
		name := "SPANIEL_" + strings.ToUpper(strings.ReplaceAll(k.path, ".", "_"))
		if value, ok := get(name); ok && inner(k.field.Type).Kind() != reflect.Struct && !underList(k.path) {
			l.setPath(name, k.path, value, cfg)
		}
	}
}

// underList reports whether the path leads through a list of mappings.
func underList(path string) bool {
	return strings.HasPrefix(path, "sinks.") || strings.HasPrefix(path, "capture.") || strings.HasPrefix(path, "decode.targets.")
}

// override lays one "a.b=value" over cfg.
func (l *loader) override(origin, kv string, cfg *Config) {
	path, value, ok := strings.Cut(kv, "=")
	if !ok || path == "" {
		l.problems = append(l.problems, Problem{File: origin, Message: fmt.Sprintf("%q is no override", kv), Remedy: "write it like api.listen=127.0.0.1:9000"})
		return
	}
	l.setPath(origin+" "+path, path, value, cfg)
}

// setPath sets one key to a value written in YAML.
func (l *loader) setPath(origin, path, value string, cfg *Config) {
	sub := &loader{file: origin, env: l.env, anchors: map[string]ast.Node{}, origins: l.origins}
	v, ok := field(reflect.ValueOf(cfg).Elem(), strings.Split(path, "."))
	if !ok {
		remedy := ""
		var all []string
		for _, k := range keys(reflect.TypeFor[Config](), "") {
			all = append(all, k.path)
		}
		if near := Nearest(path, all); near != "" {
			remedy = fmt.Sprintf("did you mean %q?", near)
		}
		sub.problems = append(sub.problems, Problem{File: origin, Message: fmt.Sprintf("unknown key %q", path), Remedy: remedy})
	} else if v.Kind() == reflect.String || isText(v) {
		sub.assign(stringNode(value), v, path)
	} else if node := sub.parse([]byte(value)); node != nil {
		sub.assign(node, v, path)
	}
	l.problems = append(l.problems, sub.problems...)
}

// field walks to the named field; lists cannot be walked into.
func field(v reflect.Value, path []string) (reflect.Value, bool) {
	for _, name := range path {
		if v.Kind() != reflect.Struct {
			return v, false
		}
		found := false
		for i := range v.NumField() {
			if keyName(v.Type().Field(i)) == name {
				v, found = v.Field(i), true
				break
			}
		}
		if !found {
			return v, false
		}
	}
	return v, true
}
