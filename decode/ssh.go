package decode

import (
	"bytes"

	"spaniel/event"
)

// sshLine is how long an identification line of SSH may be.
const sshLine = 255

// sniffSSH recognises SSH's identification line, SSH-<major>.<minor>-. It
// waits for the line's end: SSH-2.0-a is a method that HTTP allows.
func sniffSSH(_ event.Direction, b []byte) int8 {
	const shape = "SSH-d.d"
	for i := 0; i < len(shape); i++ {
		if i == len(b) {
			return 0
		}
		if ok := b[i] == shape[i] || shape[i] == 'd' && '0' <= b[i] && b[i] <= '9'; !ok {
			return -1
		}
	}
	line, _, whole := bytes.Cut(b[len(shape):], []byte("\n"))
	minor := bytes.TrimLeft(line, "0123456789")
	switch {
	case len(minor) > 0 && minor[0] != '-', bytes.Contains(line, []byte(" HTTP/")):
		return -1
	case whole && len(minor) == 0:
		return -1
	case whole || len(line) > sshLine:
		return 1
	}
	return 0
}
