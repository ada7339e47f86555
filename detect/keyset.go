package detect

// A keySet is names that a key is compared with, without regard to ASCII case.
// Nearly no key is one of them, which its length and its first letter tell.
type keySet struct {
	lengths uint64
	first   [256]bool
	names   []string
}

// newKeySet takes names in lower case, each of 1 to 63 bytes.
func newKeySet(names ...string) *keySet {
	k := &keySet{names: names}
	for _, n := range names {
		k.lengths |= 1 << len(n)
		k.first[n[0]], k.first[n[0]&^0x20] = true, true
	}
	return k
}

func (k *keySet) has(key string) bool {
	if len(key) == 0 || len(key) > 63 || k.lengths>>len(key)&1 == 0 || !k.first[key[0]] {
		return false
	}
	for _, n := range k.names {
		if foldEqual(key, n) {
			return true
		}
	}
	return false
}

// The keys of what requests carry.
var (
	operationKeys = newKeySet("operationname")
	methodKeys    = newKeySet("method")
	userKeys      = newKeySet("username", "user", "login", "email", "user_name", "userid", "user_id", "account", "phone", "identifier")
	passwordKeys  = newKeySet("password", "passwd", "pass", "pwd", "passphrase", "user_password", "new_password", "newpassword", "password_confirmation", "pin")
)
