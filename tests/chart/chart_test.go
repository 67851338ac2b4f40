// Package helm tests the chart helm/dino-bridge: what helm makes of it, by the rules that
// Kubernetes itself applies.
package helm

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

const (
	root  = "../.."
	chart = root + "/helm/dino-bridge"
)

// The oldest Kubernetes that the chart takes, and a new one.
var kubeVersions = []string{"1.27.0", "1.37.0"}

// Enough to install it.
const required = `
config: {mqtt-brokers: "vernemq:1883"}
auth: {existingSecret: callers}
`

func helm(t *testing.T, arguments ...string) (string, error) {
	t.Helper()
	program := os.Getenv("HELM")
	if program == "" {
		t.Fatal("HELM must be the path of helm; tests/chart/run.sh sets it")
	}
	var out, errors bytes.Buffer
	command := exec.Command(program, arguments...)
	command.Stdout, command.Stderr = &out, &errors
	if err := command.Run(); err != nil {
		return errors.String(), err
	}
	return out.String(), nil
}

// values writes texts into files, and returns the flags that hand them to helm in this order.
func values(t *testing.T, texts ...string) []string {
	t.Helper()
	// Not t.TempDir(): it has the test's name in it, and helm takes a comma for the end of a path.
	folder, err := os.MkdirTemp("", "values")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(folder) })
	var flags []string
	for i, text := range texts {
		file := filepath.Join(folder, strconv.Itoa(i)+".yaml")
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		flags = append(flags, "--values", file)
	}
	return flags
}

func template(t *testing.T, kubeVersion string, texts ...string) (string, error) {
	t.Helper()
	return helm(t, append([]string{"template", "test", chart, "--namespace", "chat",
		"--kube-version", kubeVersion}, values(t, texts...)...)...)
}

// render returns the manifests that the chart makes of these values beside the required ones.
func render(t *testing.T, texts ...string) manifests {
	t.Helper()
	return renderFor(t, "1.37.0", append([]string{required}, texts...)...)
}

func renderFor(t *testing.T, kubeVersion string, texts ...string) manifests {
	t.Helper()
	out, err := template(t, kubeVersion, texts...)
	if err != nil {
		t.Fatalf("helm template: %v\n%s", err, out)
	}
	return decode(t, out)
}

// refusal returns what helm says when it refuses these values.
func refusal(t *testing.T, texts ...string) string {
	t.Helper()
	out, err := template(t, "1.37.0", texts...)
	if err == nil {
		t.Fatalf("helm takes these values:\n%s", strings.Join(texts, "\n"))
	}
	return out
}

func read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
