package kafka

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/pbkdf2"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"hash"
	"strconv"
	"strings"

	"github.com/segmentio/kafka-go/sasl"
)

// scram is the client's half of SCRAM (RFC 5802, RFC 7677) without channel
// binding, on the standard library's primitives.
type scram struct {
	name           string
	hash           func() hash.Hash
	user, password string
	nonce          func() string
}

// Name implements sasl.Mechanism.
func (s *scram) Name() string { return s.name }

// Start implements sasl.Mechanism: the first message names the user and
// brings a nonce.
func (s *scram) Start(context.Context) (sasl.StateMachine, []byte, error) {
	c := &scramRun{scram: s, nonce: s.nonce()}
	c.first = "n=" + strings.NewReplacer("=", "=3D", ",", "=2C").Replace(s.user) + ",r=" + c.nonce
	return c, []byte("n,," + c.first), nil
}

func randomNonce() string { return rand.Text() }

// scramRun is one exchange.
type scramRun struct {
	*scram
	nonce, first string
	proof        []byte // what the server must show at the end; nil before
}

// maxIterations bounds the work a server can ask of us: a hundred times what
// brokers are set up with.
const maxIterations = 1 << 20

// Next implements sasl.StateMachine.
func (c *scramRun) Next(_ context.Context, challenge []byte) (bool, []byte, error) {
	fields := map[string]string{}
	for _, f := range strings.Split(string(challenge), ",") {
		if k, v, ok := strings.Cut(f, "="); ok {
			fields[k] = v
		}
	}
	if msg, ok := fields["e"]; ok {
		return false, nil, fmt.Errorf("%s: the broker refuses: %q", c.name, msg)
	}
	if c.proof != nil {
		got, err := base64.StdEncoding.DecodeString(fields["v"])
		if err != nil || subtle.ConstantTimeCompare(got, c.proof) != 1 {
			return false, nil, fmt.Errorf("%s: the broker does not know the password itself", c.name)
		}
		return true, nil, nil
	}
	reply, err := c.answer(string(challenge), fields)
	return false, reply, err
}

func (c *scramRun) answer(challenge string, fields map[string]string) ([]byte, error) {
	salt, err := base64.StdEncoding.DecodeString(fields["s"])
	n, nerr := strconv.Atoi(fields["i"])
	if err = errors.Join(err, nerr); err != nil {
		return nil, fmt.Errorf("%s: malformed challenge: %w", c.name, err)
	}
	if !strings.HasPrefix(fields["r"], c.nonce) || len(fields["r"]) == len(c.nonce) || n < 1 || n > maxIterations {
		return nil, fmt.Errorf("%s: the broker's nonce or iteration count is not acceptable", c.name)
	}
	key, err := pbkdf2.Key(c.hash, c.password, salt, n, c.hash().Size())
	if err != nil {
		return nil, fmt.Errorf("%s: %w", c.name, err)
	}
	final := "c=biws,r=" + fields["r"]
	auth := c.first + "," + challenge + "," + final
	client := c.mac(key, "Client Key")
	h := c.hash()
	h.Write(client) // never fails
	signature := c.mac(h.Sum(nil), auth)
	subtle.XORBytes(client, client, signature)
	c.proof = bytes.Clone(c.mac(c.mac(key, "Server Key"), auth))
	return []byte(final + ",p=" + base64.StdEncoding.EncodeToString(client)), nil
}

func (c *scramRun) mac(key []byte, text string) []byte {
	m := hmac.New(c.hash, key)
	m.Write([]byte(text)) // never fails
	return m.Sum(nil)
}
