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

const (
	readTimeout = 30 * time.Second
	// For the answer alone: a call takes as long as its deadline lets it.
	writeTimeout = 30 * time.Second
)

// response ends the connection of a caller that does not read it, and says how to authenticate, for
// which the library has the error's message.
type response struct{ http.ResponseWriter }

func (r response) WriteHeader(status int) {
	if status == http.StatusUnauthorized {
		r.Header().Set("WWW-Authenticate", "Bearer")
	}
	r.ResponseWriter.WriteHeader(status)
}

func (r response) Write(body []byte) (int, error) {
	// The server takes it back after the response.
	if err := http.NewResponseController(r.ResponseWriter).SetWriteDeadline(time.Now().Add(writeTimeout)); err != nil {
		return 0, err
	}
	return r.ResponseWriter.Write(body)
}

// Serve answers requests until the context ends, and then those that have begun.
func Serve(ctx context.Context, listener net.Listener, handler http.Handler) error {
	server := &http.Server{Handler: handler, ReadTimeout: readTimeout, MaxHeaderBytes: 16 << 10}
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
		return server.Shutdown(context.WithoutCancel(ctx))
	}
}
