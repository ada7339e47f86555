// Package format writes alerts and calls in the forms that other systems
// read: CEF, LEEF 2.0, ECS, OCSF and Suricata's EVE. A form is one entry of
// the table in format.go and one file; which kinds it has a form for, it says
// there. Whatever an attacker put on the wire, one record stays one line. It
// opens nothing and knows no destination.
package format
