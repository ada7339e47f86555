package config

import (
	"encoding"
	"encoding/json"
	"fmt"
	"io"
	"reflect"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/invopop/jsonschema"
)

// SchemaURL is where packages put the schema, for the editor's header line.
const SchemaURL = "/usr/share/spaniel/schema/config.json"

// Show writes the configuration as YAML that Load reads, secrets as stars.
func (cfg *Config) Show(w io.Writer) error {
	b, err := yaml.MarshalWithOptions(cfg, yaml.IndentSequence(true))
	if err != nil {
		return fmt.Errorf("showing the configuration: %w", err)
	}
	_, err = w.Write(b)
	return err
}

// Schema returns the JSON Schema of the file.
func Schema() ([]byte, error) {
	r := jsonschema.Reflector{FieldNameTag: "yaml", DoNotReference: true, RequiredFromJSONSchemaTags: true}
	s := r.Reflect(&Config{})
	s.Title = "Spaniel configuration"
	b, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("making the schema: %w", err)
	}
	return append(b, '\n'), nil
}

// Init writes a commented file with every key at its default, or in lists with
// an example: any section can be used once its # are taken away.
func Init(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "# yaml-language-server: $schema=%s\n# Every key is optional. What is commented out shows the default; of capture and sinks, examples.\n", SchemaURL)
	sections(&b, reflect.ValueOf(Default()).Elem())
	_, err := io.WriteString(w, b.String())
	return err
}

func sections(b *strings.Builder, v reflect.Value) {
	for i := range v.NumField() {
		f := v.Type().Field(i)
		fmt.Fprintf(b, "\n# %s\n", f.Tag.Get("jsonschema_description"))
		fmt.Fprintf(b, "#%s:\n", keyName(f))
		if f.Type.Kind() == reflect.Slice {
			for _, e := range alternatives(f.Type.Elem()) {
				example(b, e, "#  - ", "#    ")
			}
			continue
		}
		example(b, v.Field(i), "#  ", "#  ")
	}
}

// alternatives are the elements that a list shows: one for each of the
// structs of which an element has exactly one, or else one.
func alternatives(t reflect.Type) (out []reflect.Value) {
	for i := range t.NumField() {
		if f := t.Field(i); pointsToStruct(f) {
			e := reflect.New(t).Elem()
			e.Field(i).Set(reflect.New(f.Type.Elem()))
			e.FieldByName("Name").SetString(keyName(f))
			out = append(out, e)
		}
	}
	if out == nil {
		out = append(out, reflect.New(t).Elem())
	}
	return out
}

func pointsToStruct(f reflect.StructField) bool {
	return f.Type.Kind() == reflect.Pointer && f.Type.Elem().Kind() == reflect.Struct && !f.Type.Implements(reflect.TypeFor[encoding.TextMarshaler]())
}

// example writes the keys of a struct, those of nested ones indented.
func example(b *strings.Builder, v reflect.Value, first, rest string) {
	chosen := false
	for i := range v.NumField() {
		chosen = chosen || pointsToStruct(v.Type().Field(i)) && !v.Field(i).IsNil()
	}
	for i := range v.NumField() {
		f, lead := v.Type().Field(i), rest
		if i == 0 {
			lead = first
		}
		if chosen && pointsToStruct(f) && v.Field(i).IsNil() {
			continue // another alternative shows it
		}
		about := f.Tag.Get("jsonschema_description")
		if f.Type.Kind() != reflect.Slice && inner(f.Type).Kind() == reflect.Struct {
			fmt.Fprintf(b, "%s%s:  # %s\n", lead, keyName(f), about)
			example(b, reflect.New(inner(f.Type)).Elem(), rest+"  ", rest+"  ")
			continue
		}
		fmt.Fprintf(b, "%s%s: %s  # %s\n", lead, keyName(f), literal(f, v.Field(i)), about)
	}
}

// literal is a value in YAML's flow form, or the field's example.
func literal(f reflect.StructField, v reflect.Value) string {
	if e, ok := f.Tag.Lookup("example"); ok {
		return e
	}
	if m, ok := v.Interface().(encoding.TextMarshaler); ok && v.Kind() != reflect.Pointer {
		if t, err := m.MarshalText(); err == nil && len(t) > 0 {
			return string(t)
		}
	}
	switch v.Kind() {
	case reflect.Slice:
		return "[]"
	case reflect.Pointer:
		return ""
	case reflect.String:
		return fmt.Sprintf("%q", v.String())
	}
	return fmt.Sprint(v.Interface())
}
