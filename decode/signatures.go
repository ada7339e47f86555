package decode

import (
	"bytes"
	"encoding/binary"

	"spaniel/event"
)

// signature guesses a service that is not read, to count it by a name. A
// wrong guess does no harm: such a flow is looked at for HTTP like one of
// which nothing is known.
type signature struct {
	service string
	is      func(d event.Direction, b []byte) bool
}

// signatures lists the services guessed, the surest first.
func signatures() []signature {
	const client, server = event.ToServer, event.ToClient
	return []signature{
		{"smb", func(_ event.Direction, b []byte) bool {
			return len(b) >= 8 && b[0] == 0 && (string(b[4:8]) == "\xffSMB" || string(b[4:8]) == "\xfeSMB")
		}},
		{"bittorrent", begins(client, "\x13BitTorrent protocol")},
		{"amqp", begins(client, "AMQP")},
		{"vnc", begins(server, "RFB 003.", "RFB 004.")},
		{"rsync", begins(server, "@RSYNCD:")},
		{"xmpp", begins(client, "<?xml version", "<stream:stream")},
		{"postgresql", isPostgres},
		{"mysql", isMySQL},
		{"mssql", func(d event.Direction, b []byte) bool { // a prelogin packet
			return d == client && len(b) >= 8 && b[0] == 0x12 && b[1] <= 1 && b[4] == 0 && b[5] == 0
		}},
		{"mongodb", func(d event.Direction, b []byte) bool { // a query or a message that answers none
			op := uint32(0)
			if d == client && len(b) >= 16 && binary.LittleEndian.Uint32(b[8:]) == 0 {
				op = binary.LittleEndian.Uint32(b[12:])
			}
			return op == 2004 || op == 2013
		}},
		{"mqtt", func(d event.Direction, b []byte) bool {
			i := bytes.IndexByte(b, 0)
			return d == client && i >= 2 && i <= 5 && b[0] == 0x10 && (hasAt(b, i, "\x00\x04MQTT") || hasAt(b, i, "\x00\x06MQIsdp"))
		}},
		{"ldap", func(d event.Direction, b []byte) bool { // a bind, or an extended request
			i := bytes.Index(b, []byte("\x02\x01\x01"))
			return d == client && b[0] == 0x30 && i >= 2 && i <= 6 && len(b) > i+3 && (b[i+3] == 0x60 || b[i+3] == 0x77)
		}},
		{"rdp", func(d event.Direction, b []byte) bool { // TPKT with a connection request
			return d == client && len(b) >= 6 && b[0] == 3 && b[1] == 0 && b[5] == 0xe0
		}},
		{"cassandra", func(d event.Direction, b []byte) bool { // OPTIONS or STARTUP of version 3 to 5
			return d == client && len(b) >= 5 && b[0] >= 3 && b[0] <= 5 && b[1] == 0 && (b[4] == 1 || b[4] == 5)
		}},
		{"redis", func(d event.Direction, b []byte) bool {
			return d == client && len(b) >= 5 && b[0] == '*' && '1' <= b[1] && b[1] <= '9' && bytes.Contains(b, []byte("\r\n$"))
		}},
		{"telnet", func(_ event.Direction, b []byte) bool {
			return len(b) >= 3 && b[0] == 0xff && b[1] >= 0xfb && b[1] <= 0xfe
		}},
		{"socks", func(d event.Direction, b []byte) bool {
			return d == client && len(b) >= 3 && (b[0] == 5 && b[1] > 0 && len(b) == 2+int(b[1]) || b[0] == 4 && b[1] <= 2 && len(b) >= 9)
		}},
		{"imap", begins(server, "* OK", "* PREAUTH")},
		{"pop3", begins(server, "+OK ")},
		{"irc", begins(client, "NICK ", "CAP LS")},
		{"rtsp", firstLine("RTSP/")},
		{"sip", firstLine("SIP/")},
		{"icap", firstLine("ICAP/")},
	}
}

// begins recognises bytes of a direction that begin with one of the words.
func begins(dir event.Direction, words ...string) func(event.Direction, []byte) bool {
	return func(d event.Direction, b []byte) bool {
		for _, w := range words {
			if d == dir && hasAt(b, 0, w) {
				return true
			}
		}
		return false
	}
}

// firstLine recognises a first line that begins with the version of a look-
// alike of HTTP, or ends with one.
func firstLine(version string) func(event.Direction, []byte) bool {
	return func(_ event.Direction, b []byte) bool {
		line, _, _ := bytes.Cut(b, []byte("\r"))
		return hasAt(line, 0, version) || bytes.Contains(line, []byte(" "+version))
	}
}

// isPostgres recognises a start-up packet, or the request for TLS before it.
func isPostgres(d event.Direction, b []byte) bool {
	if d != event.ToServer || len(b) < 8 || b[0] != 0 {
		return false
	}
	return string(b[4:8]) == "\x00\x03\x00\x00" || string(b[4:8]) == "\x04\xd2\x16\x2f" && string(b[:4]) == "\x00\x00\x00\x08"
}

// isMySQL recognises the greeting: packet 0, protocol 10, a version.
func isMySQL(d event.Direction, b []byte) bool {
	return d == event.ToClient && len(b) >= 6 && b[2] == 0 && b[3] == 0 && b[4] == 10 && '0' <= b[5] && b[5] <= '9'
}

func hasAt(b []byte, i int, s string) bool { return len(b) >= i+len(s) && string(b[i:i+len(s)]) == s }
