package check

import (
	"context"
	"path/filepath"
	"slices"
	"testing"

	"github.com/compose-spec/compose-go/v2/cli"
	"github.com/compose-spec/compose-go/v2/types"
)

// compose is the project as Compose reads it.
func compose(t *testing.T, env ...string) *types.Project {
	t.Helper()
	o, err := cli.NewProjectOptions([]string{filepath.Join(deploy, "container", "compose.yaml")}, cli.WithEnv(env), cli.WithResolvedPaths(true), cli.WithInterpolation(true))
	if err != nil {
		t.Fatal(err)
	}
	p, err := o.LoadProject(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// TestCompose: Compose itself understands the file, and what it makes of it has
// few rights and is reached by nobody.
func TestCompose(t *testing.T) {
	p := compose(t, "IFACE=eth7", "CLICKHOUSE_PASSWORD=pass")
	if len(p.Services) != 4 {
		t.Errorf("%d services", len(p.Services))
	}
	for _, name := range []string{"sensor", "forward"} {
		s, err := p.GetService(name)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(s.CapAdd, []string{"NET_RAW"}) || !slices.Equal(s.CapDrop, []string{"ALL"}) || s.Privileged || !s.ReadOnly || s.User != "65532:65532" || s.NetworkMode != "host" || s.MemLimit == 0 || s.Pid != "" || s.Ipc != "" || len(s.Devices) > 0 {
			t.Errorf("%s has other rights: %+v", name, s)
		}
		if s.Build == nil || s.Build.Dockerfile == "" {
			t.Errorf("%s is not built", name)
		}
		for _, v := range s.Volumes {
			if v.Type == types.VolumeTypeBind && !v.ReadOnly {
				t.Errorf("%s may write to the host's %s", name, v.Source)
			}
		}
	}
	sensor, forward := p.Services["sensor"], p.Services["forward"]
	if len(sensor.Environment) > 0 || !slices.Contains(sensor.Command, "eth7") {
		t.Errorf("the sensor: %v, %v", sensor.Environment, sensor.Command)
	}
	server := p.Services["clickhouse"].Environment["CLICKHOUSE_PASSWORD"]
	if got := forward.Environment["CLICKHOUSE_PASSWORD"]; got == nil || server == nil || *got != "pass" || *server != *got {
		t.Error("the password is not the same at both ends")
	}
	for name, s := range p.Services {
		for _, port := range s.Ports {
			if port.HostIP != "127.0.0.1" {
				t.Errorf("%s is reached by anybody at %s", name, port.Published)
			}
		}
		for _, v := range s.Volumes {
			if _, ok := p.Volumes[v.Source]; v.Type == types.VolumeTypeVolume && !ok {
				t.Errorf("%s: volume %s is not declared", name, v.Source)
			}
		}
	}
	if p := compose(t); !slices.Contains(p.Services["sensor"].Command, "eth0") {
		t.Error("without IFACE it is not eth0")
	}
}
