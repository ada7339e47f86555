package wiretest

import (
	"bytes"
	"compress/gzip"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
)

// wireBytes turns the text of a section into bytes, by its flags.
func wireBytes(text []byte, flags []string) (wire []byte, lost bool, err error) {
	form, pack := "", false
	for i, f := range flags {
		if n, ok := strings.CutPrefix(f, "times="); ok {
			times, err := strconv.Atoi(n)
			if err != nil || times < 1 || i != len(flags)-1 {
				return nil, false, fmt.Errorf("%s is no number of times, or not the last word", f)
			}
			wire, lost, err = wireBytes(text, flags[:i])
			return bytes.Repeat(wire, times), lost, err
		}
		switch f {
		case "lost":
			lost = true
		case "gzip":
			pack = true
		case "crlf", "raw", "quoted", "hex":
			form = f
		default:
			return nil, false, fmt.Errorf("unknown word %q", f)
		}
	}
	body := strings.TrimSuffix(string(text), "\n")
	switch form {
	case "crlf":
		return []byte(strings.ReplaceAll(string(text), "\n", "\r\n")), lost, nil
	case "raw":
		return []byte(body), lost, nil
	case "hex":
		wire, err = hex.DecodeString(strings.Join(strings.Fields(body), ""))
		return wire, lost, err
	case "quoted":
		for _, line := range strings.Split(body, "\n") {
			s, err := strconv.Unquote(`"` + line + `"`)
			if err != nil {
				return nil, false, fmt.Errorf("line %q: %w", line, err)
			}
			wire = append(wire, s...)
		}
		return wire, lost, nil
	}
	wire, err = messageBytes(string(text), pack)
	return wire, lost, err
}

// messageBytes makes a message of a head and a body written as text.
func messageBytes(text string, pack bool) ([]byte, error) {
	head, body, hasBody := strings.Cut(text, "\n\n")
	if !hasBody {
		return []byte(strings.ReplaceAll(text, "\n", "\r\n")), nil
	}
	body = strings.TrimSuffix(body, "\n")
	if pack {
		var err error
		if body, err = Gzip(body); err != nil {
			return nil, err
		}
	}
	lines := strings.Split(head, "\n")
	for i, l := range lines {
		if name, value, _ := strings.Cut(l, ":"); strings.EqualFold(name, "content-length") && strings.TrimSpace(value) == "auto" {
			lines[i] = name + ": " + strconv.Itoa(len(body))
		}
	}
	return []byte(strings.Join(lines, "\r\n") + "\r\n\r\n" + body), nil
}

// Gzip compresses text; no time is in it, so equal text gives equal bytes.
func Gzip(text string) (string, error) {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := z.Write([]byte(text)); err != nil {
		return "", fmt.Errorf("compressing: %w", err)
	}
	if err := z.Close(); err != nil {
		return "", fmt.Errorf("compressing: %w", err)
	}
	return b.String(), nil
}
