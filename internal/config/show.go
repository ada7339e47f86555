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

// Init writes a commented file with every key at its default, so that taking
// away a # is all it takes to change one.
func Init(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "# yaml-language-server: $schema=%s\n# Every key is optional. What is commented out shows the default.\n", SchemaURL)
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
			example(b, reflect.New(f.Type.Elem()).Elem(), "#  - ", "#    ")
			continue
		}
		example(b, v.Field(i), "#  ", "#  ")
	}
}

// example writes the keys of a struct, those of nested ones indented.
func example(b *strings.Builder, v reflect.Value, first, rest string) {
	for i := range v.NumField() {
		f, lead := v.Type().Field(i), rest
		if i == 0 {
			lead = first
		}
		about := f.Tag.Get("jsonschema_description")
		if inner(f.Type).Kind() == reflect.Struct {
			fmt.Fprintf(b, "%s%s:  # %s\n", lead, keyName(f), about)
			example(b, reflect.New(inner(f.Type)).Elem(), rest+"  ", rest+"  ")
			continue
		}
		fmt.Fprintf(b, "%s%s: %s  # %s\n", lead, keyName(f), literal(v.Field(i)), about)
	}
}

// literal is a value in YAML's flow form.
func literal(v reflect.Value) string {
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
