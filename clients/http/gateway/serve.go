package gateway

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"time"
)

// Listen listens at an address. One that other machines can reach must be allowed, since whoever
// reaches it can read the keys of its callers.
func Listen(address string, allowRemote bool) (net.Listener, error) {
	resolved, err := net.ResolveTCPAddr("tcp", address)
	if err != nil {
		return nil, err
	}
	if !resolved.IP.IsLoopback() && !allowRemote {
		return nil, fmt.Errorf("other machines can reach %s, and HTTP is not encrypted: use a loopback address, or "+
			"-allow-remote if something in front of it speaks TLS", address)
	}
	return net.ListenTCP("tcp", resolved)
}

// Serve answers requests until the context ends, and then those that have begun.
func Serve(ctx context.Context, listener net.Listener, handler http.Handler) error {
	server := &http.Server{Handler: handler, ReadTimeout: 30 * time.Second, MaxHeaderBytes: 16 << 10}
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
		return server.Shutdown(context.WithoutCancel(ctx))
	}
}
