package config

import (
	"reflect"
	"slices"
)

// reloadable are the keys that a running sensor takes from the file whenever it
// loads its rules: what makes up the rule set, and how much it logs.
func reloadable() []string {
	return []string{"semantics", "rules.paths", "rules.packs", "rules.disable", "rules.lists", "rules.specifications", "rules.timezone", "clients.country_db", "clients.asn_db", "log.level"}
}

// Reread is the configuration of a sensor that runs by cfg, with what next has
// of the keys that count at once; waiting are the other keys that differ, which
// count from the next start. Neither configuration is changed.
func (cfg *Config) Reread(next *Config) (now *Config, waiting []string) {
	merged := *cfg
	reread(reflect.ValueOf(&merged).Elem(), reflect.ValueOf(next).Elem(), "", &waiting)
	return &merged, waiting
}

func reread(into, from reflect.Value, prefix string, waiting *[]string) {
	for i := range into.NumField() {
		path := prefix + keyName(into.Type().Field(i))
		a, b := into.Field(i), from.Field(i)
		switch {
		case slices.Contains(reloadable(), path):
			a.Set(b)
		case a.Kind() == reflect.Struct:
			reread(a, b, path+".", waiting)
		case !reflect.DeepEqual(a.Interface(), b.Interface()):
			*waiting = append(*waiting, path)
		}
	}
}
