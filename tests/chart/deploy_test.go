package chart

import (
	"context"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/compose-spec/compose-go/v2/cli"
	"github.com/compose-spec/compose-go/v2/types"
)

func compose(t *testing.T, environment ...string) (*types.Project, error) {
	t.Helper()
	options, err := cli.NewProjectOptions([]string{root + "/deploy/compose.yaml"},
		cli.WithEnv(environment), cli.WithResolvedPaths(true))
	if err != nil {
		t.Fatal(err)
	}
	return options.LoadProject(context.Background())
}

func stack(t *testing.T) *types.Project {
	t.Helper()
	project, err := compose(t, "DOCKER_VERNEMQ_ACCEPT_EULA=yes")
	if err != nil {
		t.Fatal(err)
	}
	return project
}

func TestNobodyAcceptsALicenceUnasked(t *testing.T) {
	if _, err := compose(t); err == nil || !strings.Contains(err.Error(), "DOCKER_VERNEMQ_ACCEPT_EULA") {
		t.Errorf("without the variable: %v", err)
	}
}

func TestTheStackIsReachedFromTheLaptopOnly(t *testing.T) {
	services := stack(t).Services
	for _, name := range []string{"vernemq", "dino-bridge", "prometheus", "grafana"} {
		service, ok := services[name]
		if !ok || len(service.Ports) == 0 {
			t.Errorf("there is no %s with a port", name)
		}
		for _, port := range service.Ports {
			if port.HostIP != "127.0.0.1" {
				t.Errorf("%s: port %s is published at %q", name, port.Published, port.HostIP)
			}
		}
	}
}

func TestWhatTheStackMountsIsThere(t *testing.T) {
	for name, service := range stack(t).Services {
		for _, volume := range service.Volumes {
			if volume.Type != types.VolumeTypeBind {
				continue
			}
			if !volume.ReadOnly {
				t.Errorf("%s can write to %s", name, volume.Source)
			}
			if _, err := os.Stat(volume.Source); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
}

func TestImagesHaveAVersion(t *testing.T) {
	for name, service := range stack(t).Services {
		if !strings.Contains(service.Image, ":") || strings.HasSuffix(service.Image, ":latest") {
			t.Errorf("%s: %s", name, service.Image)
		}
	}
}

func TestTheBridgeOfTheStack(t *testing.T) {
	services := stack(t).Services
	bridge := services["dino-bridge"]
	if !bridge.ReadOnly || len(bridge.CapDrop) != 1 || bridge.CapDrop[0] != "ALL" || bridge.User != "" {
		t.Errorf("it may do more than it needs: %+v", bridge)
	}
	if _, err := os.Stat(filepath.Join(bridge.Build.Context, "Dockerfile")); err != nil {
		t.Error(err)
	}
	vernemq := services["vernemq"].Environment
	password := strings.TrimSpace(read(t, root+"/deploy/vernemq/laptop-password"))
	if got := vernemq["DOCKER_VERNEMQ_USER_BRIDGE"]; got == nil || *got != password {
		t.Error("VerneMQ and the bridge have other passwords")
	}
	if got := vernemq["DOCKER_VERNEMQ_ALLOW_ANONYMOUS"]; got == nil || *got != "off" {
		t.Error("VerneMQ lets anybody in")
	}
	if user := bridge.Environment["DINO_MQTT_USERNAME"]; user == nil ||
		!strings.Contains(read(t, root+"/deploy/vernemq/acl"), "\nuser "+*user+"\n") {
		t.Error("the list knows no such user")
	}
}

// Nodes that go on while another one is away need room for what it misses.
func TestWhatAnAbsentNodeMissesHasRoom(t *testing.T) {
	for _, file := range []string{root + "/deploy/vernemq/settings.env", folder + "/README.md"} {
		text := read(t, file)
		if !strings.Contains(text, "ALLOW_PUBLISH_DURING_NETSPLIT") {
			t.Errorf("%s says nothing of nodes that are away", file)
		}
		if !regexp.MustCompile(`OUTGOING_CLUSTERING_BUFFER_SIZE(=|, value: ")268435456`).MatchString(text) {
			t.Errorf("%s leaves the buffer between nodes at 10,000 bytes", file)
		}
	}
}

// Each setting has its reason.
func TestTheReadmeNamesEachSettingOfVernemq(t *testing.T) {
	readme := read(t, root+"/deploy/vernemq/README.md")
	for _, line := range strings.Split(read(t, root+"/deploy/vernemq/settings.env"), "\n") {
		name, value, ok := strings.Cut(strings.TrimPrefix(line, "DOCKER_VERNEMQ_"), "=")
		if !ok || strings.HasPrefix(line, "#") || strings.HasPrefix(name, "PLUGINS__") {
			continue
		}
		name = strings.ReplaceAll(strings.ToLower(name), "__", ".")
		if strings.HasSuffix(name, "_during_netsplit") {
			name = "allow_…_during_netsplit"
		}
		row := ""
		for _, line := range strings.Split(readme, "\n") {
			if strings.HasPrefix(line, "|") && strings.Contains(line, "`"+name+"`") {
				row = line
			}
		}
		if !strings.Contains(row, "`"+value+"`") {
			t.Errorf("%s = %s is not there", name, value)
		}
	}
}
