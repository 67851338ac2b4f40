package roll

import (
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// How long a wait lasts before it fails the test.
const patience = 30 * time.Second

// A program that ends with the test.
type program struct {
	t       *testing.T
	command *exec.Cmd
	ended   chan error
	log     string
}

func start(t *testing.T, name string, arguments ...string) *program {
	t.Helper()
	path := filepath.Join(t.TempDir(), name+".log")
	log, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	command := exec.Command(arguments[0], arguments[1:]...)
	command.Stdout, command.Stderr = log, log
	command.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGTERM}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	one := &program{t, command, make(chan error, 1), path}
	go func() {
		one.ended <- command.Wait()
		log.Close()
	}()
	t.Cleanup(func() { command.Process.Kill() })
	return one
}

// stop terminates it, and fails the test if it does not end by itself.
func (p *program) stop() {
	p.t.Helper()
	p.command.Process.Signal(syscall.SIGTERM)
	select {
	case err := <-p.ended:
		if err != nil {
			p.t.Errorf("%v\n%s", err, p.output())
		}
	case <-time.After(patience):
		p.t.Errorf("does not end:\n%s", p.output())
	}
}

func (p *program) output() string {
	text, _ := os.ReadFile(p.log)
	return string(text)
}

func freePort(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	_, port, _ := net.SplitHostPort(listener.Addr().String())
	return port
}

func within(t *testing.T, what string, every time.Duration, condition func() bool) {
	t.Helper()
	for end := time.Now().Add(patience); !condition(); time.Sleep(every) {
		if time.Now().After(end) {
			t.Fatalf("not in time: %s", what)
		}
	}
}

func startBroker(t *testing.T) string {
	t.Helper()
	port := freePort(t)
	config := filepath.Join(t.TempDir(), "mosquitto.conf")
	text := fmt.Sprintf("listener %s 127.0.0.1\nallow_anonymous true\nlog_dest stderr\nmax_inflight_messages 0\n"+
		"max_queued_messages 0\nset_tcp_nodelay true\n", port)
	if os.Geteuid() == 0 {
		text += "user root\n" // Else it would become another user, and not end with the test.
	}
	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	path, err := exec.LookPath("mosquitto")
	if err != nil {
		path = "/usr/sbin/mosquitto" // Debian's, which is not in everybody's PATH.
	}
	broker := start(t, "mosquitto", path, "-c", config)
	within(t, "mosquitto runs", 20*time.Millisecond, func() bool { return strings.Contains(broker.output(), " running") })
	return "127.0.0.1:" + port
}

// A pod: a bridge at an address of its own, with the same ports as all others.
type pod struct {
	*program
	host, opsPort string
}

func (p pod) ready() bool {
	client := http.Client{Timeout: 3 * time.Second}
	response, err := client.Get("http://" + net.JoinHostPort(p.host, p.opsPort) + "/readyz")
	if err != nil {
		return false
	}
	response.Body.Close()
	return response.StatusCode == http.StatusOK
}
