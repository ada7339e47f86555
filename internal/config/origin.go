package config

import (
	"encoding"
	"fmt"
	"reflect"
	"strings"
)

// A Setting is one value in effect.
type Setting struct {
	// Key is its path, such as limits.memory or sinks[0].name.
	Key string
	// Value is as it would be written, a secret as stars.
	Value string
	// Origin is where it was set: file:line, the name of an environment variable,
	// --set, or "" for the default.
	Origin string
}

// Settings loads as Load does, and lists every value in effect with where it was
// set, in the order of the file.
func Settings(opt Options) ([]Setting, error) {
	origins := map[string]string{}
	cfg, _, err := load(opt, origins)
	if err != nil {
		return nil, err
	}
	return settings(nil, reflect.ValueOf(cfg).Elem(), "", origins), nil
}

func settings(out []Setting, v reflect.Value, path string, origins map[string]string) []Setting {
	for i := range v.NumField() {
		out = setting(out, v.Field(i), path+keyName(v.Type().Field(i)), origins)
	}
	return out
}

func setting(out []Setting, v reflect.Value, path string, origins map[string]string) []Setting {
	if m, ok := v.Interface().(encoding.TextMarshaler); ok && (v.Kind() != reflect.Pointer || !v.IsNil()) {
		text, err := m.MarshalText()
		if err != nil {
			text = []byte("?") // no value that was read cannot be written
		}
		return append(out, Setting{path, string(text), origins[path]})
	}
	switch {
	case v.Kind() == reflect.Pointer && v.IsNil():
		return out
	case v.Kind() == reflect.Pointer:
		return setting(out, v.Elem(), path, origins)
	case v.Kind() == reflect.Struct:
		return settings(out, v, path+".", origins)
	case v.Kind() == reflect.Slice && inner(v.Type()).Kind() == reflect.Struct && v.Len() > 0:
		for i := range v.Len() {
			out = setting(out, v.Index(i), fmt.Sprintf("%s[%d]", path, i), origins)
		}
		return out
	case v.Kind() == reflect.Slice:
		words := make([]string, v.Len())
		for i := range words {
			words[i] = fmt.Sprint(v.Index(i).Interface())
		}
		return append(out, Setting{path, "[" + strings.Join(words, ", ") + "]", origins[path]})
	}
	return append(out, Setting{path, fmt.Sprint(v.Interface()), origins[path]})
}
