package check

import (
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"helm.sh/helm/v4/pkg/chart/common"
	"helm.sh/helm/v4/pkg/chart/common/util"
	chart "helm.sh/helm/v4/pkg/chart/v2"
	"helm.sh/helm/v4/pkg/chart/v2/lint"
	"helm.sh/helm/v4/pkg/chart/v2/lint/support"
	"helm.sh/helm/v4/pkg/chart/v2/loader"
	"helm.sh/helm/v4/pkg/engine"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/serializer"
	"k8s.io/client-go/kubernetes/scheme"
)

// deploy is the folder that is looked at.
var deploy = filepath.Join("..")

// objects are what Kubernetes reads in YAML: a kind or a field that it does not
// know is an error.
func objects(t *testing.T, text string) (out []runtime.Object) {
	t.Helper()
	codec := serializer.NewCodecFactory(scheme.Scheme, serializer.EnableStrict).UniversalDeserializer()
	for _, doc := range strings.Split("\n"+text, "\n---\n") {
		if strings.TrimSpace(doc) == "" {
			continue
		}
		o, _, err := codec.Decode([]byte(doc), nil, nil)
		if err != nil {
			t.Fatalf("%v in\n%s", err, doc)
		}
		out = append(out, o)
	}
	return out
}

// checkObjects: one DaemonSet, whose pods are no more than they must be.
func checkObjects(t *testing.T, all []runtime.Object) (set *appsv1.DaemonSet) {
	t.Helper()
	named := map[string]bool{} // what a volume may name
	for _, o := range all {
		switch o := o.(type) {
		case *corev1.ConfigMap:
			named["config "+o.Name] = true
		case *appsv1.DaemonSet:
			set = o
		case *corev1.ServiceAccount:
			if o.AutomountServiceAccountToken == nil || *o.AutomountServiceAccountToken {
				t.Error("the account's token is put into pods")
			}
		case *corev1.Namespace:
		default:
			t.Errorf("a %T", o)
		}
	}
	if set == nil {
		t.Fatal("no DaemonSet")
	}
	pod := set.Spec.Template.Spec
	if !pod.HostNetwork || pod.HostPID || pod.HostIPC || pod.AutomountServiceAccountToken == nil || *pod.AutomountServiceAccountToken {
		t.Errorf("of the host: network %t, processes %t, memory %t", pod.HostNetwork, pod.HostPID, pod.HostIPC)
	}
	if c := pod.SecurityContext; c.RunAsNonRoot == nil || !*c.RunAsNonRoot || *c.RunAsUser == 0 || c.SeccompProfile.Type != corev1.SeccompProfileTypeRuntimeDefault {
		t.Errorf("%+v", c)
	}
	volumes := map[string]bool{}
	for _, v := range pod.Volumes {
		volumes[v.Name] = true
		switch {
		case v.ConfigMap != nil:
			if !named["config "+v.ConfigMap.Name] {
				t.Errorf("volume %s is of a ConfigMap %s that is not there", v.Name, v.ConfigMap.Name)
			}
		case v.EmptyDir != nil:
			if v.EmptyDir.SizeLimit.IsZero() {
				t.Errorf("volume %s has no limit", v.Name)
			}
		default:
			t.Errorf("volume %s is of another kind: %+v", v.Name, v.VolumeSource)
		}
	}
	if len(pod.Containers) != 2 || len(pod.InitContainers) != 0 {
		t.Errorf("%d and %d containers", len(pod.Containers), len(pod.InitContainers))
	}
	for _, c := range pod.Containers {
		sec := c.SecurityContext
		if sec.Privileged != nil && *sec.Privileged || sec.RunAsUser != nil || sec.ReadOnlyRootFilesystem == nil || !*sec.ReadOnlyRootFilesystem ||
			!slices.Equal(sec.Capabilities.Add, []corev1.Capability{"NET_RAW"}) || !slices.Equal(sec.Capabilities.Drop, []corev1.Capability{"ALL"}) {
			t.Errorf("container %s: %+v", c.Name, sec)
		}
		if c.Resources.Limits.Memory().IsZero() {
			t.Errorf("container %s has no limit on memory", c.Name)
		}
		for _, m := range c.VolumeMounts {
			if !volumes[m.Name] {
				t.Errorf("container %s mounts %s, which is not there", c.Name, m.Name)
			}
		}
		if len(c.EnvFrom) > 0 && c.Name != "forward" {
			t.Errorf("container %s has secrets", c.Name)
		}
	}
	return set
}

func TestManifests(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(deploy, "kubernetes", "daemonset.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	checkObjects(t, objects(t, string(text)))
}

func loadChart(t *testing.T) *chart.Chart {
	t.Helper()
	c, err := loader.LoadDir(filepath.Join(deploy, "helm", "spaniel"))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// rendered is what Helm makes of the chart with values of a user's.
func rendered(t *testing.T, values map[string]any) string {
	t.Helper()
	c := loadChart(t)
	v, err := util.ToRenderValues(c, values, common.ReleaseOptions{Name: "watch", Namespace: "mirror", IsInstall: true, Revision: 1}, common.DefaultCapabilities)
	if err != nil {
		t.Fatal(err)
	}
	files, err := engine.Engine{Strict: true}.RenderWithContext(t.Context(), c, v)
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for name, text := range files {
		if path.Ext(name) == ".yaml" {
			all = append(all, text)
		}
	}
	return strings.Join(all, "\n---\n")
}

func TestChart(t *testing.T) {
	set := checkObjects(t, objects(t, rendered(t, nil)))
	if image := set.Spec.Template.Spec.Containers[0].Image; image != "spaniel:0.1.0" {
		t.Errorf("image %s", image)
	}
	changed := checkObjects(t, objects(t, rendered(t, map[string]any{
		"image":        map[string]any{"repository": "registry.example/spaniel", "tag": "9"},
		"secretName":   "keys",
		"nodeSelector": map[string]any{"role": "edge"},
		"storage":      "20Gi",
		"config":       map[string]any{"capture": []any{map[string]any{"interface": "bond0"}}},
		"resources":    map[string]any{"limits": map[string]any{"memory": "3Gi"}},
		"tolerations":  []any{map[string]any{"key": "edge", "operator": "Exists", "effect": "NoSchedule"}},
	})))
	pod := changed.Spec.Template.Spec
	if pod.Containers[0].Image != "registry.example/spaniel:9" || pod.NodeSelector["role"] != "edge" || pod.Tolerations[0].Key != "edge" || pod.Containers[0].Resources.Limits.Memory().String() != "3Gi" {
		t.Errorf("values are not used: %+v", pod)
	}
	if from := pod.Containers[1].EnvFrom; len(from) != 1 || from[0].SecretRef.Name != "keys" {
		t.Errorf("the secret: %+v", from)
	}
	if a, b := set.Spec.Template.Annotations["checksum/config"], changed.Spec.Template.Annotations["checksum/config"]; a == "" || a == b {
		t.Error("pods are not started anew by a changed configuration")
	}
}

// TestHelmFindsNoFault: what `helm lint` says.
func TestHelmFindsNoFault(t *testing.T) {
	l := lint.RunAll(filepath.Join(deploy, "helm", "spaniel"), nil, "mirror")
	for _, m := range l.Messages {
		if m.Severity > support.InfoSev {
			t.Error(m)
		}
	}
}

// TestValuesAreExplained: above each value of the chart, or beside it, stands what
// it is for.
func TestValuesAreExplained(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(deploy, "helm", "spaniel", "values.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	above, seen := false, map[string]bool{}
	for line := range strings.Lines(string(text)) {
		name, rest, ok := strings.Cut(line, ":")
		if ok && !strings.HasPrefix(line, " ") && !strings.HasPrefix(line, "#") {
			seen[name] = true
			if !above && !strings.Contains(rest, "#") {
				t.Errorf("%s is not explained", name)
			}
		}
		above = strings.HasPrefix(strings.TrimSpace(line), "#")
	}
	for name := range loadChart(t).Values {
		if !seen[name] {
			t.Errorf("%s was not looked at", name)
		}
	}
	if len(seen) < 8 {
		t.Error(fmt.Sprint("values: ", seen))
	}
}
