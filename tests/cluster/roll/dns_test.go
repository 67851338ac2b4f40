package roll

import (
	"net"
	"testing"

	"golang.org/x/net/dns/dnsmessage"
)

// serveNames answers like a cluster's name server: every name has the addresses of the endpoints.
func serveNames(t *testing.T, endpoints *endpoints) string {
	t.Helper()
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	go func() {
		buffer := make([]byte, 1500)
		for {
			size, peer, err := conn.ReadFrom(buffer)
			if err != nil {
				return
			}
			if reply, err := answer(buffer[:size], endpoints.all()); err == nil {
				conn.WriteTo(reply, peer)
			}
		}
	}()
	return conn.LocalAddr().String()
}

func answer(question []byte, hosts []string) ([]byte, error) {
	var message dnsmessage.Message
	if err := message.Unpack(question); err != nil {
		return nil, err
	}
	message.Response, message.Authoritative, message.RecursionAvailable = true, true, true
	message.Additionals = nil
	asked := message.Questions[0]
	if asked.Type == dnsmessage.TypeA {
		for _, host := range hosts {
			message.Answers = append(message.Answers, dnsmessage.Resource{
				Header: dnsmessage.ResourceHeader{Name: asked.Name, Type: asked.Type, Class: asked.Class, TTL: 5},
				Body:   &dnsmessage.AResource{A: [4]byte(net.ParseIP(host).To4())}})
		}
	}
	return message.Pack()
}
