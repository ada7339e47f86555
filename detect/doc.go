// Package detect judges calls with rules. It loads rules (YAML around
// expressions), compiles them against a typed environment, judges each call
// in the shard that made it (Judge), and keeps the windows that need memory
// across connections in one ordered stage (Stage).
//
// It holds no detection of its own: judgement is in rules, matching in
// detect/text, the meaning of a call in detect/semantics. It reads packet
// time only, starts nothing, and imports no other stage.
package detect
