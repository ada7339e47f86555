package post

import (
	"fmt"
	"os"
	"strings"
)

// A Secret is the first line of a file. It is read each time, so that one which
// was changed counts without a restart; a batch costs more than that.
type Secret struct{ file string }

// NewSecret returns the secret of a file, and an error if there is none in it.
func NewSecret(file string) (*Secret, error) {
	s := &Secret{file}
	_, err := s.Read()
	return s, err
}

// Read returns what the file holds now.
func (s *Secret) Read() (string, error) {
	text, err := os.ReadFile(s.file)
	if err != nil {
		return "", fmt.Errorf("reading the secret: %w", err)
	}
	line, _, _ := strings.Cut(string(text), "\n")
	if line = strings.TrimSpace(line); line == "" {
		return "", fmt.Errorf("%s holds no secret on its first line", s.file)
	}
	return line, nil
}
