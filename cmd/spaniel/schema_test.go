package main

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"spaniel/event"
)

var updateSchemas = flag.Bool("update-schemas", false, "write deploy/schema anew")

func schemaFile(name string) string {
	return filepath.Join("..", "..", "deploy", "schema", "spaniel."+name+".v1.json")
}

// TestSchemasAreShipped holds the files to the code. Within a version they may
// only grow: what is taken away, or becomes another type, needs a version.
func TestSchemasAreShipped(t *testing.T) {
	made := map[string][]byte{deadLetter: letterSchema()}
	for _, k := range sentKinds() {
		made[k.String()] = recordSchema(k)
	}
	for k, got := range made {
		if *updateSchemas {
			if err := os.WriteFile(schemaFile(k), got, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(schemaFile(k))
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, want) {
			t.Errorf("%s is not what `spaniel schema %s` prints: go test ./cmd/spaniel -run Schemas -update-schemas", schemaFile(k), k)
		}
	}
}

// TestRecordsAreAsTheirSchemasSay reads the bundled capture and holds every
// line of it to the schema of its kind.
func TestRecordsAreAsTheirSchemasSay(t *testing.T) {
	schemas := map[string]*jsonschema.Schema{}
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	for _, k := range event.Kinds() {
		s, err := c.Compile(schemaFile(k.String()))
		if err != nil {
			t.Fatal(err)
		}
		schemas[k.String()] = s
	}
	pcap := filepath.Join(t.TempDir(), "shop.pcap")
	run := func(args ...string) []byte {
		var out, said bytes.Buffer
		a := &app{in: bytes.NewReader(nil), out: &out, err: &said}
		root := newRoot(a)
		root.SetArgs(args)
		if code := a.finish(root.Execute()); code != exitFine {
			t.Fatalf("%q: exit code %d: %s", args, code, said.String())
		}
		return out.Bytes()
	}
	run("demo", "--export", pcap)
	seen := map[string]int{}
	for line := range bytes.Lines(run("read", pcap, "-o", "ndjson", "-q")) {
		doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(line))
		if err != nil {
			t.Fatal(err)
		}
		kind, _ := doc.(map[string]any)["kind"].(string)
		if kind == "summary" {
			continue
		}
		seen[kind]++
		if err := schemas[kind].Validate(doc); err != nil {
			t.Fatalf("%v\n%s", err, line)
		}
	}
	if seen["call"] < 800 || seen["alert"] < 10 || seen["flow"] < 10 {
		t.Errorf("held: %v", seen)
	}
}
