package roll

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// tests/cluster/run.sh must not look as if it had passed where there is no cluster.
func TestWithoutAClusterNothingHasPassed(t *testing.T) {
	programs := t.TempDir()
	for _, name := range []string{"bash", "dirname"} { // And no kubectl.
		path, err := exec.LookPath(name)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink(path, filepath.Join(programs, name)); err != nil {
			t.Fatal(err)
		}
	}
	command := exec.Command("bash", "../run.sh", "--image", "dino-bridge:test")
	command.Env = []string{"PATH=" + programs}
	said, _ := command.CombinedOutput()
	if status := command.ProcessState.ExitCode(); status != 77 || !strings.HasPrefix(string(said), "not run:") {
		t.Errorf("exit status %d: %s", status, said)
	}
}
