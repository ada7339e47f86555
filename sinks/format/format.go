package format

import (
	"slices"
	"strings"

	"spaniel/event"
	"spaniel/sinks/encode"
)

// A Format is one form of records as text. It is immutable and safe for any
// goroutine.
type Format struct {
	// Name in the configuration.
	Name string
	// Kinds that it has a form for.
	Kinds []event.Kind

	append func(b []byte, it *event.Item) []byte
}

// Append appends it in the form, without a line's end. A kind that is not
// among Kinds appends nothing.
func (f *Format) Append(b []byte, it *event.Item) []byte {
	if !f.Has(it.Kind) || it.Alert == nil && it.Kind == event.KindAlert || it.Call == nil && it.Kind == event.KindCall {
		return b
	}
	return f.append(b, it)
}

// Has reports whether there is a form for records of the kind.
func (f *Format) Has(k event.Kind) bool { return slices.Contains(f.Kinds, k) }

// table lists the forms in the order of the documentation. A new form is one
// entry here.
func table() []Format {
	alerts, both := []event.Kind{event.KindAlert}, []event.Kind{event.KindAlert, event.KindCall}
	own := encode.NewRows()
	return []Format{
		{"json", event.Kinds(), func(b []byte, it *event.Item) []byte {
			return own.AppendTagged(b, it)
		}},
		{"ecs", both, appendECS},
		{"ocsf", both, appendOCSF},
		{"eve", both, appendEVE},
		{"cef", alerts, appendCEF},
		{"leef", alerts, appendLEEF},
	}
}

// Names lists the forms.
func Names() (names []string) {
	for _, f := range table() {
		names = append(names, f.Name)
	}
	return names
}

// Named returns the form of that name, or nil.
func Named(name string) *Format {
	for _, f := range table() {
		if f.Name == name {
			return &f
		}
	}
	return nil
}

// vendor, product: what systems show as the origin of a record.
const vendor, product = "Spaniel", "Spaniel"

// techniques returns the ATT&CK techniques among a rule's references.
func techniques(refs []string) (ids []string) {
	for _, r := range refs {
		if id, ok := strings.CutPrefix(r, "attack:"); ok {
			ids = append(ids, id)
		}
	}
	return ids
}

// version is never empty: two of the forms have a fixed place for it.
func version(v string) string {
	if v == "" {
		return "dev"
	}
	return v
}

// url is where the request went, as far as its parts tell. The mirror shows
// what was in clear, so the scheme is http.
func url(host, target string) string {
	switch {
	case target == "" && host == "":
		return ""
	case host == "" || !strings.HasPrefix(target, "/"): // absolute form, CONNECT, *
		return target
	}
	return "http://" + host + target
}

// split cuts a target into its path and its query, without the mark.
func split(target string) (path, query string) {
	path, query, _ = strings.Cut(target, "?")
	return path, query
}

// overHTTP reports whether the alert is about HTTP: not all are.
func overHTTP(a *event.Alert) bool { return a.Req.Method != "" || a.Resp.Status != 0 }

// millis is a moment in milliseconds since 1970.
func millis(n event.Nanos) int64 { return int64(n) / 1e6 }
