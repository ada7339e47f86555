package learned

import "strings"

// A TokenSeen is what the token of a call shows of itself, as hashes.
type TokenSeen struct {
	// Issuer is the hash of who issued it, Alg a place in AlgNames.
	Issuer uint64
	Alg    Alg
	// Content is the hash of what is signed, Signature that of the signature.
	Content, Signature uint64
}

// Alg is an algorithm of tokens: a place in AlgNames.
type Alg uint8

// algCount is how many algorithms there are.
const algCount = 14

// AlgNames lists the algorithms in the order of Alg; the last stands for all
// others.
func AlgNames() [algCount]string {
	return [algCount]string{"none", "HS256", "HS384", "HS512", "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA", "other"}
}

// AlgOf is the Alg of a name, whatever its case.
func AlgOf(name string) Alg {
	for i, n := range AlgNames() {
		if strings.EqualFold(n, name) {
			return Alg(i)
		}
	}
	return algCount - 1
}

// oneSignature reports algorithms that give one content one signature under
// one key; the others draw at random.
func (a Alg) oneSignature() bool {
	switch AlgNames()[a][0] {
	case 'H', 'R':
		return true
	}
	return AlgNames()[a] == "EdDSA"
}

// An issuer is what is known of the tokens of who issues them for a host.
type issuer struct {
	Calls uint64           `json:"calls"`
	First int64            `json:"first"`
	Algs  [algCount]uint64 `json:"algs"`
}

// maxIssuers bounds the issuers of a host.
const maxIssuers = 16

// rareAlg is the share of an issuer's tokens, one in so many, below which an
// algorithm is not one of its own.
const rareAlg = 100

// learnToken counts a token that was accepted at a host. An attack teaches as well: what it is told by is that
// it was not known before.
func learnToken(host *node, l *Lesson) {
	t := &l.Token
	if t.Content == 0 {
		return
	}
	i := host.issuers[t.Issuer]
	if i == nil {
		if !host.issuerRoom() {
			return
		}
		i = &issuer{First: l.Clock}
		host.issuers[t.Issuer] = i
	}
	i.Calls++
	i.Algs[t.Alg]++
}

// issuerRoom makes room for an issuer, and reports whether there is some: the one
// with a single token goes, of several the one of the least hash.
func (n *node) issuerRoom() bool {
	if n.issuers == nil {
		n.issuers = map[uint64]*issuer{}
	}
	if len(n.issuers) < maxIssuers {
		return true
	}
	for _, id := range sortedKeys(n.issuers) {
		if n.issuers[id].Calls <= 1 {
			delete(n.issuers, id)
			return true
		}
	}
	return false
}

// OddAlg reports that the issuer of l's token hardly ever used its algorithm at
// this host: less than one in a hundred tokens. usual is what it mostly uses, calls
// how many of its tokens there were.
func (f *Facts) OddAlg(l *Lesson) (usual string, calls uint64, odd bool) {
	if l.Token.Content == 0 || l.Name == nil || f.hosts[l.Name.Host] == nil {
		return "", 0, false
	}
	i := f.hosts[l.Name.Host].issuers[l.Token.Issuer]
	if i == nil || i.Calls < f.lim.Calls || l.Clock-i.First < int64(f.lim.Time) || i.Algs[l.Token.Alg]*rareAlg >= i.Calls {
		return "", 0, false
	}
	best := 0
	for k, n := range i.Algs {
		if n > i.Algs[best] {
			best = k
		}
	}
	return AlgNames()[best], i.Calls, true
}

// signed knows the first signature of each content that was accepted, in places
// chosen by the content's hash; the latest content has its place.
type signed []signedContent

type signedContent struct{ content, signature uint64 }

// signedKept is how many there are at most, 256 KiB of them.
const signedKept = 1 << 14

func (s *signed) learn(t *TokenSeen) {
	if t.Content == 0 || !t.Alg.oneSignature() {
		return
	}
	if *s == nil {
		*s = make(signed, signedKept)
	}
	if at := &(*s)[t.Content%signedKept]; at.content != t.Content {
		*at = signedContent{t.Content, t.Signature}
	}
}

// OtherSignature reports that what l's token says was accepted before with another
// signature, though its algorithm gives one alone.
func (f *Facts) OtherSignature(l *Lesson) bool {
	t := &l.Token
	if t.Content == 0 || f.signed == nil || !t.Alg.oneSignature() {
		return false
	}
	at := &f.signed[t.Content%signedKept]
	return at.content == t.Content && at.signature != t.Signature
}
