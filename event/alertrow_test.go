package event

import "testing"

func TestAlertRowFlattens(t *testing.T) {
	a := Alert{ID: ID{1}, Severity: High, Outcome: Tried, Client: AlertClient{IP: "203.0.113.9", Port: 7}, Calls: []ID{{2}},
		Evidence: []Evidence{{Place: "window.distinct(req.user)", Op: ">=", Want: 20, Got: 61}}}
	r, err := a.Row()
	if err != nil {
		t.Fatal(err)
	}
	if want := `[{"place":"window.distinct(req.user)","op":">=","want":20,"got":61}]`; r.Evidence != want {
		t.Errorf("evidence %s, want %s", r.Evidence, want)
	}
	if r.ClientIP.String() != "203.0.113.9" || r.ServerIP.IsValid() || r.Severity != "high" || len(r.Calls) != 1 || r.Calls[0] != (ID{2}).String() {
		t.Errorf("row %+v", r)
	}
}
