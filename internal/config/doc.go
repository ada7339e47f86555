// Package config is the one YAML file of Spaniel: its keys with their defaults,
// how the file, SPANIEL_* and --set lay over one another, and the errors a
// person can act on (file, line, column, caret, "did you mean"). It opens and
// starts nothing; the commands turn it into the Config of each package.
package config
