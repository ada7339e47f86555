package docs

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"text/template"

	"github.com/goccy/go-yaml"

	"spaniel/internal/admin"
	"spaniel/internal/config"
)

// TestUnits: each unit has few rights, and systemd itself says so: its measure of
// exposure is 2.0 at the most. Of the pair, the one with packets reaches no
// network and not what the other's sinks need, and the other cannot capture.
func TestUnits(t *testing.T) {
	for name, want := range map[string][]string{
		"spaniel":         {"AmbientCapabilities=CAP_NET_RAW", "CapabilityBoundingSet=CAP_NET_RAW"},
		"spaniel-sensor":  {"AmbientCapabilities=CAP_NET_RAW", "CapabilityBoundingSet=CAP_NET_RAW", "RestrictAddressFamilies=AF_UNIX AF_PACKET AF_NETLINK", "IPAddressDeny=any", "InaccessiblePaths=-/etc/spaniel-forward -/var/lib/spaniel-forward"},
		"spaniel-forward": {"AmbientCapabilities=", "CapabilityBoundingSet=", "RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX"},
	} {
		t.Run(name, func(t *testing.T) {
			checkUnit(t, name, append(want, "Type=notify", "User=spaniel", "NoNewPrivileges=yes", "ProtectSystem=strict"))
		})
	}
}

func checkUnit(t *testing.T, name string, want []string) {
	file := filepath.Join(root, "deploy", "systemd", name+".service")
	text := readFile(t, "deploy/systemd/"+name+".service")
	for _, line := range want {
		if !regexp.MustCompile("(?m)^" + regexp.QuoteMeta(line) + "$").MatchString(text) {
			t.Errorf("the unit has no line %s", line)
		}
	}
	analyze, err := exec.LookPath("systemd-analyze")
	if err != nil {
		t.Skipf("judging the unit needs systemd-analyze: %v", err)
	}
	out, err := exec.Command(analyze, "security", "--offline=true", "--threshold=20", file).CombinedOutput()
	if err != nil {
		t.Errorf("%v\n%s", err, out)
	}
	out, _ = exec.Command(analyze, "verify", file).CombinedOutput() // fails where the program is not installed
	for line := range strings.Lines(string(out)) {
		if strings.Contains(line, name+".service") && !strings.Contains(line, "/usr/bin/spaniel is not executable") {
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

// documents are the YAML documents of a file, whole.
func documents(t *testing.T, text string) (out []map[string]any) {
	t.Helper()
	dec := yaml.NewDecoder(strings.NewReader(text))
	for {
		var doc map[string]any
		err := dec.Decode(&doc)
		if errors.Is(err, io.EOF) {
			return out
		}
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, doc)
	}
}

// at goes into a document: names and places in lists.
func at(v any, path ...any) any {
	for _, p := range path {
		switch p := p.(type) {
		case string:
			m, _ := v.(map[string]any)
			v = m[p]
		case int:
			l, _ := v.([]any)
			if p >= len(l) {
				return nil
			}
			v = l[p]
		}
	}
	return v
}

// checkPods: a DaemonSet has a container that captures, with NET_RAW and no other
// right and without secrets, and one that forwards; neither is root's. Their
// configurations are such.
func checkPods(t *testing.T, docs []map[string]any) {
	t.Helper()
	seen, captures := 0, 0
	for _, d := range docs {
		switch d["kind"] {
		case "ConfigMap":
			seen++
			file := filepath.Join(t.TempDir(), "spaniel.yaml")
			if err := os.WriteFile(file, []byte(fmt.Sprint(at(d, "data", "spaniel.yaml"))), 0o600); err != nil {
				t.Fatal(err)
			}
			cfg, _, err := config.Load(config.Options{File: file})
			if err != nil {
				t.Fatalf("its configuration: %v", err)
			}
			captures += len(cfg.Capture)
			if cfg.Spool.Path != "/var/spool/spaniel" {
				t.Errorf("the spool is at %q", cfg.Spool.Path)
			}
		case "DaemonSet":
			seen++
			pod := at(d, "spec", "template", "spec")
			check := func(got any, want string) {
				if fmt.Sprint(got) != want {
					t.Errorf("the DaemonSet has %v, want %s", got, want)
				}
			}
			check(at(pod, "hostNetwork"), "true")
			check(at(pod, "hostPID"), "<nil>")
			check(at(pod, "hostIPC"), "<nil>")
			check(at(pod, "shareProcessNamespace"), "<nil>")
			check(at(pod, "automountServiceAccountToken"), "false")
			check(at(pod, "securityContext", "runAsNonRoot"), "true")
			check(at(pod, "securityContext", "seccompProfile", "type"), "RuntimeDefault")
			for i, c := range []struct{ args, memory string }{
				{"[run --no-forward -c /etc/spaniel/spaniel.yaml --log-format json]", "1600Mi"},
				{"[forward -c /etc/spaniel/spaniel.yaml --log-format json]", "1Gi"},
			} {
				box := at(pod, "containers", i)
				check(at(box, "args"), c.args)
				check(at(box, "resources", "limits", "memory"), c.memory)
				check(at(box, "securityContext", "capabilities", "add"), "[NET_RAW]")
				check(at(box, "securityContext", "capabilities", "drop"), "[ALL]")
				check(at(box, "securityContext", "allowPrivilegeEscalation"), "true")
				check(at(box, "securityContext", "readOnlyRootFilesystem"), "true")
				check(at(box, "securityContext", "privileged"), "<nil>")
				if !strings.Contains(fmt.Sprint(at(box, "volumeMounts")), "mountPath:/var/spool/spaniel name:spool") {
					t.Errorf("container %d does not have the spool: %v", i, at(box, "volumeMounts"))
				}
			}
			if sensor := at(pod, "containers", 0); at(sensor, "envFrom") != nil || strings.Contains(fmt.Sprint(at(sensor, "volumeMounts")), "sinks") {
				t.Error("the container with the packets has what the sinks need")
			}
			check(at(pod, "containers", 2), "<nil>")
			if at(d, "spec", "selector", "matchLabels", "app.kubernetes.io/name") != at(d, "spec", "template", "metadata", "labels", "app.kubernetes.io/name") {
				t.Error("the selector does not find the pods")
			}
		}
	}
	if seen != 3 || captures != 1 {
		t.Errorf("%d of two ConfigMaps and a DaemonSet, %d interfaces", seen, captures)
	}
}

func TestDaemonSet(t *testing.T) {
	checkPods(t, documents(t, readFile(t, "deploy/kubernetes/daemonset.yaml")))
}

// TestChart renders the chart as Helm does: its templates use no function of
// Helm's but these.
func TestChart(t *testing.T) {
	var values, chart map[string]any
	for file, into := range map[string]*map[string]any{"values.yaml": &values, "Chart.yaml": &chart} {
		if err := yaml.Unmarshal([]byte(readFile(t, "deploy/helm/spaniel/"+file)), into); err != nil {
			t.Fatal(err)
		}
	}
	tmpl, err := template.New("daemonset").Option("missingkey=error").Funcs(template.FuncMap{
		"toYaml": func(v any) (string, error) {
			b, err := yaml.Marshal(v)
			return strings.TrimSuffix(string(b), "\n"), err
		},
		"indent": func(n int, s string) string {
			pad := strings.Repeat(" ", n)
			return pad + strings.ReplaceAll(s, "\n", "\n"+pad)
		},
		"default": func(otherwise, v any) any {
			if v == "" || v == nil {
				return otherwise
			}
			return v
		},
		"sha256sum": func(s string) string { return fmt.Sprintf("%x", sha256.Sum256([]byte(s))) },
	}).Parse(readFile(t, "deploy/helm/spaniel/templates/daemonset.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	for _, change := range []func(map[string]any){func(map[string]any) {}, func(v map[string]any) { v["secretName"] = "keys"; v["nodeSelector"] = map[string]any{"role": "edge"} }} {
		change(values)
		var out strings.Builder
		if err := tmpl.Execute(&out, map[string]any{"Values": values, "Release": map[string]any{"Name": "watch"}, "Chart": map[string]any{"AppVersion": chart["appVersion"]}}); err != nil {
			t.Fatal(err)
		}
		checkPods(t, documents(t, out.String()))
	}
}

// TestCompose: the sensor has NET_RAW and no other right, its configuration is
// one, and what is published is on loopback.
func TestCompose(t *testing.T) {
	d := documents(t, readFile(t, "deploy/container/compose.yaml"))[0]
	services, _ := d["services"].(map[string]any)
	if len(services) != 4 {
		t.Errorf("%d services", len(services))
	}
	for _, name := range []string{"sensor", "forward"} {
		s := services[name]
		for _, c := range []struct{ got, want string }{
			{fmt.Sprint(at(s, "cap_add")), "[NET_RAW]"}, {fmt.Sprint(at(s, "cap_drop")), "[ALL]"}, {fmt.Sprint(at(s, "network_mode")), "host"}, {fmt.Sprint(at(s, "privileged")), "<nil>"}, {fmt.Sprint(at(s, "user")), "65532:65532"},
		} {
			if c.got != c.want {
				t.Errorf("%s has %s, want %s", name, c.got, c.want)
			}
		}
	}
	if env := at(services["sensor"], "environment"); env != nil {
		t.Errorf("the sensor has secrets: %v", env)
	}
	for name, s := range services {
		ports, _ := at(s, "ports").([]any)
		for _, p := range ports {
			if !strings.HasPrefix(fmt.Sprint(p), "127.0.0.1:") {
				t.Errorf("%s is reached by anybody at %v", name, p)
			}
		}
	}
	cfg, _, err := config.Load(config.Options{File: filepath.Join(root, "deploy", "container", "spaniel.compose.yaml"), Environ: []string{"CLICKHOUSE_PASSWORD=x"}})
	if err != nil || len(cfg.Sinks) != 2 {
		t.Errorf("its configuration: %v", err)
	}
}

// TestMetricsAreThere: the alert rules and the dashboard ask for metrics, labels
// and columns that there are, and promtool understands the rules.
func TestMetricsAreThere(t *testing.T) {
	reg, err := admin.Registry("0", func() admin.Snapshot {
		return admin.Snapshot{Capture: []admin.CaptureCount{{Iface: "a"}}, Rules: []admin.RuleCount{{ID: "a", Severity: "low"}}, Sinks: []admin.SinkCount{{Name: "a"}}, Spool: []admin.SpoolCount{{Name: "a"}}}
	})
	if err != nil {
		t.Fatal(err)
	}
	families, err := reg.Gather()
	if err != nil {
		t.Fatal(err)
	}
	known := map[string]bool{}
	for _, f := range families {
		known[f.GetName()] = true
		for _, l := range f.GetMetric()[0].GetLabel() {
			known[f.GetName()+"{"+l.GetName()] = true
		}
	}
	asked := 0
	for _, file := range []string{"deploy/prometheus/alerts.yaml", "deploy/grafana/spaniel.json"} {
		for _, m := range regexp.MustCompile(`\b((?:spaniel|process)_[a-z_]+)(?:\{([a-z]+)=)?`).FindAllStringSubmatch(strings.ReplaceAll(readFile(t, file), `\"`, `"`), -1) {
			asked++
			if !known[m[1]] || m[2] != "" && m[2] != "instance" && !known[m[1]+"{"+m[2]] {
				t.Errorf("%s asks for %s, which is not there", file, m[0])
			}
		}
	}
	if asked < 20 {
		t.Errorf("%d metrics asked for: were they read?", asked)
	}
	var board struct {
		Panels []struct {
			Title   string
			Targets []struct{ Expr, RawSQL string }
		}
	}
	if err := json.Unmarshal([]byte(readFile(t, "deploy/grafana/spaniel.json")), &board); err != nil {
		t.Fatal(err)
	}
	for _, p := range board.Panels {
		if p.Title == "" || len(p.Targets) == 0 || p.Targets[0].Expr == "" && p.Targets[0].RawSQL == "" {
			t.Errorf("a panel without a question: %+v", p)
		}
	}
	tool, err := exec.LookPath("promtool")
	if err != nil {
		t.Skipf("checking the rules needs promtool (Debian package prometheus): %v", err)
	}
	if out, err := exec.Command(tool, "check", "rules", filepath.Join(root, "deploy", "prometheus", "alerts.yaml")).CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
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
