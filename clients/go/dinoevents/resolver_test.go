package dinoevents

import (
	"context"
	"net"
	"net/url"
	"slices"
	"sync"
	"testing"

	"google.golang.org/grpc/resolver"
	"google.golang.org/grpc/serviceconfig"
)

// toldConn is told addresses and errors.
type toldConn struct {
	states chan []string
	errors chan error
}

func newToldConn() *toldConn { return &toldConn{make(chan []string, 100), make(chan error, 100)} }

func (c *toldConn) UpdateState(state resolver.State) error {
	var addresses []string
	for _, one := range state.Addresses {
		addresses = append(addresses, one.Addr+" as "+one.ServerName)
	}
	c.states <- addresses
	return nil
}
func (c *toldConn) ReportError(err error)                                { c.errors <- err }
func (c *toldConn) NewAddress([]resolver.Address)                        {}
func (c *toldConn) ParseServiceConfig(string) *serviceconfig.ParseResult { return nil }

func targetOf(t *testing.T, text string) resolver.Target {
	t.Helper()
	parsed, err := url.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return resolver.Target{URL: *parsed}
}

func TestAListOfAddressesIsShared(t *testing.T) {
	conn := newToldConn()
	built, err := addressBuilder{}.Build(targetOf(t, "dns:///127.0.0.1:1,[::1]:2"), conn, resolver.BuildOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer built.Close()

	wantSlice(t, "addresses", <-conn.states, []string{"127.0.0.1:1 as 127.0.0.1:1", "[::1]:2 as [::1]:2"})
}

func TestTheAuthorityIsOneServers(t *testing.T) {
	wantEqual(t, "authority", addressBuilder{}.OverrideAuthority(targetOf(t, "dns:///a:1,b:2")), "a:1")
}

func TestTargets(t *testing.T) {
	for text, want := range map[string]string{
		"bridge:50051": "dns:///bridge:50051", "a:1, b:2": "dns:///a:1,b:2", "dns:///bridge:50051": "dns:///bridge:50051",
		"unix:/run/bridge": "unix:/run/bridge", "passthrough:///x": "passthrough:///x",
	} {
		got, err := dialTarget(text)
		if err != nil || got != want {
			t.Errorf("%s: %s %v", text, got, err)
		}
	}
}

// names are what a name server says. It fails for one host.
type names struct {
	mu      sync.Mutex
	hosts   map[string][]string
	failing string
}

func (n *names) lookUp(_ context.Context, host string) ([]string, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if host == n.failing {
		return nil, &net.DNSError{Err: "server misbehaving", Name: host, IsTemporary: true}
	}
	if found := n.hosts[host]; len(found) > 0 {
		return slices.Clone(found), nil
	}
	return nil, &net.DNSError{Err: "no such host", Name: host, IsNotFound: true}
}

func (n *names) fail(host string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.failing = host
}

func (n *names) set(host string, addresses ...string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.hosts[host] = addresses
}

func startResolver(t *testing.T, n *names, conn resolver.ClientConn, hosts ...hostPort) *addressResolver {
	ctx, stop := context.WithCancel(context.Background())
	r := &addressResolver{
		conn: conn, hosts: hosts, names: true, lookUp: n.lookUp, again: make(chan struct{}, 1), stop: stop, done: make(chan struct{}),
	}
	go r.run(ctx)
	t.Cleanup(r.Close)
	return r
}

func TestANameIsLookedUpAgainWhenAConnectionIsLost(t *testing.T) {
	n := &names{hosts: map[string][]string{"bridge": {"10.0.0.1"}}}
	conn := newToldConn()
	r := startResolver(t, n, conn, hostPort{"bridge", "50051"})
	wantSlice(t, "at first", <-conn.states, []string{"10.0.0.1:50051 as bridge:50051"})
	n.set("bridge", "10.0.0.2", "10.0.0.3")
	r.ResolveNow(resolver.ResolveNowOptions{})

	wantSlice(t, "then", <-conn.states, []string{"10.0.0.2:50051 as bridge:50051", "10.0.0.3:50051 as bridge:50051"})
}

func TestANameThatCannotBeLookedUpKeepsItsAddresses(t *testing.T) {
	n := &names{hosts: map[string][]string{"a": {"10.0.0.1"}, "b": {"10.0.0.2"}}}
	conn := newToldConn()
	r := startResolver(t, n, conn, hostPort{"a", "1"}, hostPort{"b", "2"})
	wantSlice(t, "at first", <-conn.states, []string{"10.0.0.1:1 as a:1", "10.0.0.2:2 as b:2"})
	n.set("a", "10.0.0.3")
	n.fail("b")
	r.ResolveNow(resolver.ResolveNowOptions{})

	wantSlice(t, "then", <-conn.states, []string{"10.0.0.3:1 as a:1", "10.0.0.2:2 as b:2"})
}

func TestANameThatIsNotFoundIsLookedForAgain(t *testing.T) {
	n := &names{hosts: map[string][]string{"there": {"10.0.0.1"}}}
	conn := newToldConn()
	startResolver(t, n, conn, hostPort{"there", "1"}, hostPort{"missing", "2"})
	wantSlice(t, "what is found", <-conn.states, []string{"10.0.0.1:1 as there:1"})
	n.set("there")
	<-conn.errors
	n.set("missing", "10.0.0.9")

	for addresses := range conn.states {
		if slices.Equal(addresses, []string{"10.0.0.9:2 as missing:2"}) {
			break
		}
	}
}
