package roll

import (
	"io"
	"math/rand/v2"
	"net"
	"slices"
	"sync"
	"testing"
	"time"
)

// endpoints are the addresses of a Service's ready pods, as somebody knows them who hears of a change
// some time later.
type endpoints struct {
	late time.Duration

	mutex sync.Mutex
	hosts []string
}

func (e *endpoints) all() []string {
	e.mutex.Lock()
	defer e.mutex.Unlock()
	return slices.Clone(e.hosts)
}

func (e *endpoints) set(hosts []string) {
	hosts = slices.Clone(hosts)
	time.AfterFunc(e.late, func() {
		e.mutex.Lock()
		defer e.mutex.Unlock()
		e.hosts = hosts
	})
}

// serveAddress is the one address of a Service: each new connection goes to one of the endpoints, and
// stays there, as kube-proxy has it.
func serveAddress(t *testing.T, endpoints *endpoints, port string) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	go func() {
		for {
			caller, err := listener.Accept()
			if err != nil {
				return
			}
			go forward(caller, endpoints.all(), port)
		}
	}()
	return listener.Addr().String()
}

func forward(caller net.Conn, hosts []string, port string) {
	defer caller.Close()
	if len(hosts) == 0 {
		return
	}
	pod, err := net.Dial("tcp", net.JoinHostPort(hosts[rand.IntN(len(hosts))], port))
	if err != nil {
		return
	}
	defer pod.Close()
	done := make(chan struct{}, 2)
	for _, way := range [][2]net.Conn{{caller, pod}, {pod, caller}} {
		go func() {
			io.Copy(way[0], way[1])
			way[0].(*net.TCPConn).CloseWrite()
			done <- struct{}{}
		}()
	}
	<-done
	<-done
}
