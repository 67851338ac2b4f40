package gateway

import (
	"context"
	"encoding/binary"
	"net"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/connectivity"
	"google.golang.org/grpc/health"
	"google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/peer"
)

// Shorter than the 30 s after which gRPC's own resolver looks a name up again.
const patience = 20 * time.Second

// nameServer answers for one name, with the address that it is told. The program's look-ups ask it.
type nameServer struct {
	name    string
	mu      sync.Mutex
	address netip.Addr
}

func startNameServer(t *testing.T, name string) *nameServer {
	t.Helper()
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &nameServer{name: name}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		s.serve(conn)
	}()
	before := net.DefaultResolver
	net.DefaultResolver = &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "udp", conn.LocalAddr().String())
	}}
	t.Cleanup(func() {
		net.DefaultResolver = before
		conn.Close()
		<-ended
	})
	return s
}

func (s *nameServer) set(address string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.address = netip.MustParseAddr(address)
}

func (s *nameServer) serve(conn net.PacketConn) {
	packet := make([]byte, 1500)
	for {
		size, from, err := conn.ReadFrom(packet)
		if err != nil {
			return
		}
		_, _ = conn.WriteTo(s.answer(packet[:size]), from) // One that is lost is asked for again.
	}
}

// answer is what RFC 1035 wants: an A record, or none.
func (s *nameServer) answer(query []byte) []byte {
	const headerSize, isResponse, noSuchName, typeA = 12, 0x8180, 3, 1
	var labels []string
	end := headerSize
	for query[end] != 0 {
		next := end + 1 + int(query[end])
		labels = append(labels, string(query[end+1:next]))
		end = next
	}
	question := query[headerSize : end+5]
	isOurs := strings.Join(labels, ".") == s.name
	hasAddress := isOurs && binary.BigEndian.Uint16(query[end+1:]) == typeA
	flags, count := uint16(isResponse), uint16(0)
	if !isOurs {
		flags |= noSuchName
	}
	if hasAddress {
		count = 1
	}
	answer := append([]byte(nil), query[:2]...)
	for _, field := range []uint16{flags, 1, count, 0, 0} {
		answer = binary.BigEndian.AppendUint16(answer, field)
	}
	answer = append(answer, question...)
	if hasAddress {
		s.mu.Lock()
		defer s.mu.Unlock()
		answer = append(answer, 0xc0, headerSize, 0, typeA, 0, 1, 0, 0, 0, 0, 0, 4)
		answer = append(answer, s.address.AsSlice()...)
	}
	return answer
}

// startBridge starts a server that says that it is healthy, and returns its address.
func startBridge(t *testing.T, address string) (*grpc.Server, string) {
	t.Helper()
	listener, err := net.Listen("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	server := grpc.NewServer()
	grpc_health_v1.RegisterHealthServer(server, health.NewServer())
	go func() { _ = server.Serve(listener) }() // It ends with Stop.
	t.Cleanup(server.Stop)
	return server, listener.Addr().String()
}

// calledHost makes a call, and returns who answered it.
func calledHost(t *testing.T, connection *grpc.ClientConn) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	var server peer.Peer
	if _, err := grpc_health_v1.NewHealthClient(connection).Check(ctx, &grpc_health_v1.HealthCheckRequest{},
		grpc.WaitForReady(true), grpc.Peer(&server)); err != nil {
		t.Fatal(err)
	}
	host, _, err := net.SplitHostPort(server.Addr.String())
	if err != nil {
		t.Fatal(err)
	}
	return host
}

func TestAnUpstreamIsFollowedToItsNewAddress(t *testing.T) {
	names := startNameServer(t, "bridge.test")
	names.set("127.0.0.1")
	first, address := startBridge(t, "127.0.0.1:0")
	_, port, _ := net.SplitHostPort(address)
	startBridge(t, "127.0.0.2:"+port)
	connection, err := Upstream{Address: "bridge.test:" + port}.Connect()
	if err != nil {
		t.Fatal(err)
	}
	defer connection.Close()
	if host := calledHost(t, connection); host != "127.0.0.1" {
		t.Fatalf("%s answered", host)
	}
	names.set("127.0.0.2")
	first.Stop()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	connection.WaitForStateChange(ctx, connectivity.Ready)
	if host := calledHost(t, connection); host != "127.0.0.2" {
		t.Errorf("%s answered", host)
	}
}
