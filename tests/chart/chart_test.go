// Package chart tests the chart helm/dino-bridge: what Helm makes of it, by the rules that
// Kubernetes itself applies.
package chart

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"

	"helm.sh/helm/v3/pkg/action"
	"helm.sh/helm/v3/pkg/chart"
	"helm.sh/helm/v3/pkg/chart/loader"
	"helm.sh/helm/v3/pkg/chartutil"
	"helm.sh/helm/v3/pkg/cli"
	"helm.sh/helm/v3/pkg/cli/values"
	"helm.sh/helm/v3/pkg/getter"
)

const (
	root   = "../.."
	folder = root + "/helm/dino-bridge"
)

// The oldest Kubernetes that the chart takes, and a new one.
var kubeVersions = []string{"1.27.0", "1.37.0"}

// Enough to install it.
const required = `
config: {mqtt-brokers: "vernemq:1883"}
auth: {existingSecret: callers}
`

// merge merges values as Helm merges files of them, in this order.
func merge(t *testing.T, texts ...string) map[string]any {
	t.Helper()
	// Not t.TempDir(): it has the test's name in it, and Helm takes a comma for the end of a path.
	dir, err := os.MkdirTemp("", "values")
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	var options values.Options
	for i, text := range texts {
		file := filepath.Join(dir, strconv.Itoa(i)+".yaml")
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		options.ValueFiles = append(options.ValueFiles, file)
	}
	merged, err := options.MergeValues(getter.All(cli.New()))
	if err != nil {
		t.Fatal(err)
	}
	return merged
}

// What `helm template` prints, and the notes of an installation.
type release struct {
	manifests, notes string
	err              error
}

// The releases that were rendered, by Kubernetes' version and values.
var rendered sync.Map

// template renders as `helm template test --namespace chat` does, once for each set of values.
func template(t *testing.T, kubeVersion string, texts ...string) (string, error) {
	t.Helper()
	made := install(t, kubeVersion, texts...)
	return made.manifests, made.err
}

func install(t *testing.T, kubeVersion string, texts ...string) release {
	t.Helper()
	key := strings.Join(append([]string{kubeVersion}, texts...), "\x00")
	if made, ok := rendered.Load(key); ok {
		return made.(release)
	}
	made := installChart(t, kubeVersion, load(t), merge(t, texts...))
	rendered.Store(key, made)
	return made
}

// load reads the chart. Each rendering needs its own: it changes it.
func load(t *testing.T) *chart.Chart {
	t.Helper()
	loaded, err := loader.Load(folder)
	if err != nil {
		t.Fatal(err)
	}
	return loaded
}

func installChart(t *testing.T, kubeVersion string, loaded *chart.Chart, values map[string]any) release {
	t.Helper()
	version, err := chartutil.ParseKubeVersion(kubeVersion)
	if err != nil {
		t.Fatal(err)
	}
	client := action.NewInstall(&action.Configuration{Log: func(string, ...any) {}})
	client.ReleaseName, client.Namespace = "test", "chat"
	client.ClientOnly, client.DryRun, client.KubeVersion = true, true, version
	var made release
	result, err := client.Run(loaded, values)
	if err != nil {
		made.err = err
	} else {
		made.manifests, made.notes = result.Manifest, result.Info.Notes
		for _, hook := range result.Hooks {
			made.manifests += "---\n" + hook.Manifest + "\n"
		}
	}
	return made
}

// lint returns what `helm lint --strict` finds.
func lint(t *testing.T, texts ...string) []string {
	t.Helper()
	client := action.NewLint()
	client.Strict, client.KubeVersion = true, &chartutil.KubeVersion{Version: "v1.37.0", Major: "1", Minor: "37"}
	result := client.Run([]string{folder}, merge(t, texts...))
	var found []string
	for _, problem := range result.Errors {
		found = append(found, problem.Error())
	}
	for _, message := range result.Messages {
		if strings.Contains(message.Error(), "WARNING") {
			found = append(found, message.Error())
		}
	}
	return found
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
		t.Fatalf("helm template: %v", err)
	}
	return decode(t, out)
}

// refusal returns what Helm says when it refuses these values.
func refusal(t *testing.T, texts ...string) string {
	t.Helper()
	_, err := template(t, "1.37.0", texts...)
	if err == nil {
		t.Fatalf("Helm takes these values:\n%s", strings.Join(texts, "\n"))
	}
	return err.Error()
}

func read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
