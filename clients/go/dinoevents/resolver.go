package dinoevents

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"time"

	"google.golang.org/grpc/resolver"
)

const (
	// gRPC's own resolver looks a name up every 30 s at most, longer than a roll of the servers takes.
	lookUpInterval = time.Second
	lookUpTimeout  = 5 * time.Second
)

// addressBuilder resolves "dns:///host:port,host:port…" for the publisher's connection: all
// addresses of all hosts, and again at once when a connection is lost.
type addressBuilder struct{}

// Scheme takes the place of gRPC's.
func (addressBuilder) Scheme() string { return "dns" }

// OverrideAuthority keeps a list out of the calls' metadata.
func (addressBuilder) OverrideAuthority(target resolver.Target) string {
	first, _, _ := strings.Cut(target.Endpoint(), ",")
	return first
}

// Build leaves targets that name a DNS server to gRPC.
func (addressBuilder) Build(target resolver.Target, conn resolver.ClientConn, options resolver.BuildOptions) (resolver.Resolver, error) {
	if target.URL.Host != "" {
		return resolver.Get("dns").Build(target, conn, options)
	}
	r := &addressResolver{conn: conn, lookUp: net.DefaultResolver.LookupHost, again: make(chan struct{}, 1)}
	var err error
	if r.hosts, err = hostsOf(target.Endpoint()); err != nil {
		return nil, err
	}
	for _, one := range r.hosts {
		r.names = r.names || net.ParseIP(one.host) == nil
	}
	ctx, stop := context.WithCancel(context.Background())
	r.stop = stop
	r.done = make(chan struct{})
	go r.run(ctx)
	return r, nil
}

type hostPort struct{ host, port string }

// hostsOf reads "host:port,host:port…".
func hostsOf(list string) ([]hostPort, error) {
	var hosts []hostPort
	for _, text := range strings.Split(list, ",") {
		host, port, err := net.SplitHostPort(strings.TrimSpace(text))
		if err != nil || host == "" || port == "" {
			return nil, fmt.Errorf("dinoevents: %q is not host:port", text)
		}
		hosts = append(hosts, hostPort{host, port})
	}
	return hosts, nil
}

type addressResolver struct {
	conn   resolver.ClientConn
	hosts  []hostPort
	names  bool // Not all are IP addresses.
	lookUp func(context.Context, string) ([]string, error)
	again  chan struct{}
	stop   context.CancelFunc
	done   chan struct{}
}

// ResolveNow looks the names up again soon.
func (r *addressResolver) ResolveNow(resolver.ResolveNowOptions) {
	select {
	case r.again <- struct{}{}:
	default:
	}
}

// Close ends it.
func (r *addressResolver) Close() {
	r.stop()
	<-r.done
}

func (r *addressResolver) run(ctx context.Context) {
	defer close(r.done)
	known := make(map[string][]string)
	for ctx.Err() == nil {
		addresses, err := r.resolve(ctx, known)
		switch {
		case ctx.Err() != nil:
			return
		case len(addresses) > 0:
			_ = r.conn.UpdateState(resolver.State{Addresses: addresses}) // It tells of bad ones itself.
		default:
			r.conn.ReportError(fmt.Errorf("dinoevents: no address: %w", err))
		}
		if !r.names {
			return
		}
		if !sleep(ctx, lookUpInterval) || err != nil {
			continue // Names that were not found are looked for again.
		}
		select {
		case <-ctx.Done():
		case <-r.again:
		}
	}
}

// resolve returns all addresses that are found, and the error of a name that is not. known has the
// addresses of each name: those of one that cannot be looked up now are still the best there are.
func (r *addressResolver) resolve(ctx context.Context, known map[string][]string) ([]resolver.Address, error) {
	ctx, cancel := context.WithTimeout(ctx, lookUpTimeout)
	defer cancel()
	var addresses []resolver.Address
	var failed error
	for _, one := range r.hosts {
		found, err := []string{one.host}, error(nil)
		if net.ParseIP(one.host) == nil {
			found, err = r.lookUp(ctx, one.host)
		}
		if err != nil {
			failed = err
			var answer *net.DNSError
			if !errors.As(err, &answer) || !answer.IsNotFound {
				found = known[one.host]
			}
		}
		known[one.host] = found
		for _, address := range found {
			addresses = append(addresses, resolver.Address{
				Addr: net.JoinHostPort(address, one.port), ServerName: net.JoinHostPort(one.host, one.port),
			})
		}
	}
	return addresses, failed
}

// sleep waits, and says whether it did to the end.
func sleep(ctx context.Context, wait time.Duration) bool {
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}
