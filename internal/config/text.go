package config

import (
	"encoding"
	"reflect"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/token"
)

// stringNode makes of an override's value a node that is a string whatever it
// looks like.
func stringNode(value string) ast.Node {
	return ast.String(token.String(value, value, nil))
}

// isText reports whether the value reads itself from text.
func isText(v reflect.Value) bool {
	_, ok := v.Addr().Interface().(encoding.TextUnmarshaler)
	return ok
}
