package docs

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
)

// TestUnit: the unit runs what there is, with few rights, and systemd itself
// says so: its measure of exposure is 2.0 at the most.
func TestUnit(t *testing.T) {
	text := readFile(t, "deploy/systemd/spaniel.service")
	for _, line := range []string{"Type=notify", "User=spaniel", "AmbientCapabilities=CAP_NET_RAW", "CapabilityBoundingSet=CAP_NET_RAW", "NoNewPrivileges=yes", "ProtectSystem=strict"} {
		if !regexp.MustCompile("(?m)^" + regexp.QuoteMeta(line) + "$").MatchString(text) {
			t.Errorf("the unit has no line %s", line)
		}
	}
	analyze, err := exec.LookPath("systemd-analyze")
	if err != nil {
		t.Skipf("judging the unit needs systemd-analyze: %v", err)
	}
	out, err := exec.Command(analyze, "security", "--offline=true", "--threshold=20", filepath.Join(root, "deploy", "systemd", "spaniel.service")).CombinedOutput()
	if err != nil {
		t.Errorf("%v\n%s", err, out)
	}
	out, _ = exec.Command(analyze, "verify", filepath.Join(root, "deploy", "systemd", "spaniel.service")).CombinedOutput() // fails where the program is not installed
	for line := range strings.Lines(string(out)) {
		if strings.Contains(line, "spaniel.service") && !strings.Contains(line, "/usr/bin/spaniel is not executable") {
			t.Errorf("systemd-analyze: %s", line)
		}
	}
}

// TestPackage: the Debian package holds files that there are, or that are built,
// and its scripts are shell.
func TestPackage(t *testing.T) {
	var pkg struct {
		Contents []struct{ Src, Dst string }
		Scripts  map[string]string
	}
	if err := yaml.Unmarshal([]byte(readFile(t, "deploy/package/nfpm.yaml")), &pkg); err != nil {
		t.Fatal(err)
	}
	built := map[string]bool{"bin/spaniel": true, "bin/config.json": true}
	if len(pkg.Contents) < 5 || len(pkg.Scripts) < 3 {
		t.Errorf("%d files and %d scripts: was it read?", len(pkg.Contents), len(pkg.Scripts))
	}
	for _, c := range pkg.Contents {
		if _, err := os.Stat(filepath.Join(root, c.Src)); err != nil && !built[c.Src] {
			t.Errorf("%s: %v", c.Src, err)
		}
	}
	for _, s := range pkg.Scripts {
		if out, err := exec.Command("sh", "-n", filepath.Join(root, s)).CombinedOutput(); err != nil {
			t.Errorf("%s: %v %s", s, err, out)
		}
	}
}

// TestContainerfile: the image that runs is without a shell and not root's, and
// all that it is made of is named by a tag.
func TestContainerfile(t *testing.T) {
	var froms []string
	user := ""
	for line := range strings.Lines(readFile(t, "deploy/container/Containerfile")) {
		word, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
		switch word {
		case "FROM":
			froms, user = append(froms, rest), ""
		case "USER":
			user = rest
		case "ADD":
			t.Errorf("ADD takes what may change: %s", line)
		}
	}
	if len(froms) != 2 || !strings.Contains(froms[1], "distroless") || !strings.HasSuffix(froms[1], ":nonroot") {
		t.Errorf("made from %v", froms)
	}
	if user == "" || strings.HasPrefix(user, "0") || strings.HasPrefix(user, "root") {
		t.Errorf("it runs as %q", user)
	}
	mod := regexp.MustCompile(`(?m)^go (\d+\.\d+)`).FindStringSubmatch(readFile(t, "go.mod"))
	if mod == nil || !strings.Contains(froms[0], ":"+mod[1]+"-") {
		t.Errorf("built with %s, but go.mod says %v", froms[0], mod)
	}
	if !bytes.Contains([]byte(readFile(t, "deploy/container/Containerfile")), []byte("libpcap")) {
		t.Error("libpcap is not brought along")
	}
}
