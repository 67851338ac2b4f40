package chart

import (
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"helm.sh/helm/v3/pkg/chart"
	"helm.sh/helm/v3/pkg/chart/loader"
)

// packaged returns the chart as a release packages it.
func packaged(t *testing.T, arguments ...string) *chart.Chart {
	t.Helper()
	output := t.TempDir()
	command := exec.Command(root+"/deploy/release/chart.sh", append([]string{output}, arguments...)...)
	if said, err := command.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, said)
	}
	version := strings.TrimSpace(read(t, root+"/VERSION"))
	loaded, err := loader.Load(filepath.Join(output, "dino-bridge-"+version+".tgz"))
	if err != nil {
		t.Fatal(err)
	}
	return loaded
}

func filesOf(loaded *chart.Chart) map[string]string {
	files := make(map[string]string)
	for _, file := range loaded.Raw {
		files[file.Name] = string(file.Data)
	}
	return files
}

func TestThePackageHasTheFilesOfTheChart(t *testing.T) {
	want := filesOf(load(t))
	got := filesOf(packaged(t))
	for name, text := range want {
		if got[name] != text {
			t.Errorf("%s differs, or is missing", name)
		}
	}
	for name := range got {
		if _, known := want[name]; !known && name != ".helmignore" {
			t.Errorf("%s is not in the chart", name)
		}
	}
}

func TestThePackageNamesTheImageByItsDigest(t *testing.T) {
	digest := "sha256:" + strings.Repeat("0123456789abcdef", 4)
	loaded := packaged(t, "--image", "registry.example/chat/dino-bridge", "--digest", digest)
	made := installChart(t, "1.37.0", loaded, merge(t, required))
	if made.err != nil {
		t.Fatal(made.err)
	}
	if got, want := container(t, decode(t, made.manifests)).Image, "registry.example/chat/dino-bridge@"+digest; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestThePackageTakesNoOtherDigest(t *testing.T) {
	said, err := exec.Command(root+"/deploy/release/chart.sh", t.TempDir(), "--digest", "sha256:12").CombinedOutput()
	if err == nil || !strings.Contains(string(said), "is not a digest") {
		t.Errorf("%v: %s", err, said)
	}
}
