package main

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"

	"github.com/invopop/jsonschema"
	"github.com/spf13/cobra"

	"spaniel/event"
	"spaniel/sinks/kafka"
)

func newSchema(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "schema KIND",
		Short: "Print the JSON Schema of a kind of record",
		Long: `Schema prints the JSON Schema (2020-12) of alerts, calls, flows, anomalies, facts or losses, as Kafka and
'spaniel read -o ndjson' carry them, or of what Kafka alone has: observations and dead letters. Changes within a version only add: a reader that passes over what it
does not know stays right. The schema of the configuration is 'spaniel config schema'.`,
		Example: "  spaniel schema alert\n  spaniel schema call > call.json",
		Args:    exactArgs(1, "a kind: "+kindWords(", ")),
		RunE: func(_ *cobra.Command, args []string) error {
			if args[0] == deadLetter {
				_, err := a.out.Write(letterSchema())
				return err
			}
			for _, k := range sentKinds() {
				if k.String() == args[0] {
					_, err := a.out.Write(recordSchema(k))
					return err
				}
			}
			return usage(fmt.Sprintf("unknown kind %q", args[0]), suggestion(args[0], strings.Fields(kindWords(" ")), "use "+kindWords(", ")))
		},
	}
}

func kindWords(between string) string {
	var words []string
	for _, k := range sentKinds() {
		words = append(words, k.String())
	}
	return strings.Join(append(words, deadLetter), between)
}

// sentKinds are those that Kafka may carry.
func sentKinds() []event.Kind { return append(event.Kinds(), event.KindObservation) }

// deadLetter names the schema of what is no kind of record, but says of one why
// it could not be delivered.
const deadLetter = "deadletter"

// letterSchema is that of the messages in Kafka's dead-letter topic.
func letterSchema() []byte {
	s := &jsonschema.Schema{Version: jsonschema.Version, Title: kafka.DeadLetterSchema, Type: "object", Properties: jsonschema.NewProperties()}
	add := func(name, meaning string, p *jsonschema.Schema) {
		p.Description = meaning
		s.Properties.Set(name, p)
	}
	text := func() *jsonschema.Schema { return &jsonschema.Schema{Type: "string"} }
	number := func() *jsonschema.Schema { return &jsonschema.Schema{Type: "integer", Minimum: "0"} }
	add("schema", "of the letter itself", &jsonschema.Schema{Const: kafka.DeadLetterSchema})
	add("id", "spaniel-id of the record; empty if it could not be decoded", text())
	add("reason", "too_large for max_message or its topic; refused by the broker for what is in it; undecodable: its bytes in the spool are no record", &jsonschema.Schema{Type: "string", Enum: []any{"too_large", "refused", "undecodable"}})
	add("detail", "the same in words, 500 bytes of them at most", text())
	add("sink", "name of the sink that could not deliver it", text())
	add("log", "log of the spool: alerts or calls", text())
	add("seq", "number of the record in that log", number())
	add("topic", "topic it was meant for", text())
	add("kind", "kind of the record", text())
	add("record_schema", "schema of the record", text())
	add("record_bytes", "size of the record", number())
	s.Required = []string{"schema", "id", "reason", "detail", "sink", "log", "seq", "topic", "kind", "record_schema", "record_bytes"}
	add("record", "the record, where it fits into the letter", &jsonschema.Schema{Type: "object"})
	add("record_begins", "the beginning of the record's JSON, where it does not", text())
	add("payload", "its bytes in the spool, base64, where they are no record", &jsonschema.Schema{Type: "string", ContentEncoding: "base64"})
	return printed(s)
}

// recordSchema is the JSON Schema of a kind, as JSON with a line's end.
func recordSchema(k event.Kind) []byte {
	var s *jsonschema.Schema
	switch k {
	case event.KindAlert:
		s = alertSchema()
	case event.KindCall:
		s = rowSchema(event.CallColumns())
	case event.KindFlow:
		s = rowSchema(event.FlowColumns())
	case event.KindFact:
		s = rowSchema(event.FactColumns())
	case event.KindObservation:
		s = rowSchema(event.ObservationColumns())
	default:
		s = rowSchema(event.NoteColumns())
	}
	s.Version, s.Title = jsonschema.Version, fmt.Sprintf("spaniel.%s/1", k)
	s.Properties.Set("kind", &jsonschema.Schema{Const: k.String(), Description: "of an ndjson line, before all others; not in Kafka"})
	return printed(s)
}

func printed(s *jsonschema.Schema) []byte {
	out, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		panic(err) // of constants: a test makes all of them
	}
	return append(out, '\n')
}

// rowSchema is that of a flat record: every column, always.
func rowSchema[T any](cols []event.Column[T]) *jsonschema.Schema {
	s := &jsonschema.Schema{Type: "object", Properties: jsonschema.NewProperties()}
	for _, c := range cols {
		p := columnSchema(c.Type)
		p.Description = c.Meaning
		s.Properties.Set(c.Name, p)
		s.Required = append(s.Required, c.Name)
	}
	return s
}

func columnSchema(t event.ColumnType) *jsonschema.Schema {
	text := &jsonschema.Schema{Type: "string"}
	switch t {
	case event.TypeTime:
		return &jsonschema.Schema{Type: "string", Format: "date-time"}
	case event.TypeID:
		return idSchema()
	case event.TypeIP:
		return &jsonschema.Schema{AnyOf: []*jsonschema.Schema{{Type: "string", AnyOf: []*jsonschema.Schema{{Format: "ipv4"}, {Format: "ipv6"}}}, {Type: "null"}}}
	case event.TypeU16:
		return &jsonschema.Schema{Type: "integer", Minimum: "0", Maximum: "65535"}
	case event.TypeU32:
		return &jsonschema.Schema{Type: "integer", Minimum: "0", Maximum: "4294967295"}
	case event.TypeU64:
		return &jsonschema.Schema{Type: "integer", Minimum: "0"}
	case event.TypeF32:
		return &jsonschema.Schema{AnyOf: []*jsonschema.Schema{{Type: "number"}, {Type: "null"}}}
	case event.TypeStrings:
		return &jsonschema.Schema{Type: "array", Items: text}
	case event.TypeHeaders:
		return &jsonschema.Schema{Type: "object", AdditionalProperties: &jsonschema.Schema{Type: "array", Items: text}}
	case event.TypeValues:
		return &jsonschema.Schema{Type: "object", AdditionalProperties: text}
	}
	return text // a day is empty until the record is spooled
}

func idSchema() *jsonschema.Schema {
	return &jsonschema.Schema{Type: "string", Pattern: "^[0-9a-f]{32}$"}
}

// alertSchema is that of event.Alert, with the meanings of its table's columns.
func alertSchema() *jsonschema.Schema {
	r := jsonschema.Reflector{DoNotReference: true, Anonymous: true, AllowAdditionalProperties: true, Mapper: func(t reflect.Type) *jsonschema.Schema {
		switch t {
		case reflect.TypeFor[event.Nanos]():
			return &jsonschema.Schema{Type: "string", Format: "date-time"}
		case reflect.TypeFor[event.ID]():
			return idSchema()
		case reflect.TypeFor[event.Severity]():
			return &jsonschema.Schema{Type: "string", Enum: []any{"info", "low", "medium", "high", "critical"}}
		case reflect.TypeFor[event.Outcome]():
			return &jsonschema.Schema{Type: "string", Enum: []any{event.Tried, event.Refused, event.FailedOutcome, event.LikelySucceeded, event.Unknown}}
		}
		return nil
	}}
	s := r.Reflect(&event.Alert{})
	meanings := map[string]string{}
	for _, c := range event.AlertColumns() {
		meanings[c.Name] = c.Meaning
	}
	meanings["rule_ruleset"], meanings["links_query"] = meanings["ruleset"], meanings["link_query"]
	meanings["cut"] = "fields that were cut to what the destination takes; absent where the alert is whole"
	meanings["data_quality_loss"], meanings["data_quality_sample_rate"] = meanings["quality_loss"], meanings["quality_sample_rate"]
	describe(s, "", meanings)
	return s
}

func describe(s *jsonschema.Schema, path string, meanings map[string]string) {
	for p := s.Properties.Oldest(); p != nil; p = p.Next() {
		name := path + p.Key
		if p.Value.Properties != nil && p.Value.Properties.Len() > 0 {
			describe(p.Value, name+"_", meanings)
			continue
		}
		p.Value.Description = meanings[name]
	}
}
