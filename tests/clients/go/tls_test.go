package chat

import (
	"crypto/tls"
	"crypto/x509"
	"os"
	"path/filepath"
	"testing"

	eventsv1 "github.com/dino-bridge/dino-bridge/clients/go/dino/events/v1"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials"
)

// publishByTLS publishes on a connection that trusts an authority and shows the certificate of
// a name, or none if that is empty.
func publishByTLS(t *testing.T, authority, name string) error {
	t.Helper()
	file := func(name string) string {
		return filepath.Join(os.Getenv("STAGE_CERTIFICATES"), name)
	}
	trusted, err := os.ReadFile(file(authority + ".pem"))
	if err != nil {
		t.Fatal(err)
	}
	config := &tls.Config{RootCAs: x509.NewCertPool()}
	config.RootCAs.AppendCertsFromPEM(trusted)
	if name != "" {
		shown, err := tls.LoadX509KeyPair(file(name+".pem"), file(name+".key"))
		if err != nil {
			t.Fatal(err)
		}
		config.Certificates = []tls.Certificate{shown}
	}
	conn, err := grpc.NewClient(os.Getenv("STAGE_BRIDGE_WITH_TLS"),
		grpc.WithTransportCredentials(credentials.NewTLS(config)))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	_, err = eventsv1.NewEventPublisherServiceClient(conn).PublishMessage(patient(t),
		messageRequest("by TLS", 1))
	return err
}

func TestACertificateWithAKnownNameOpens(t *testing.T) {
	expectCode(t, publishByTLS(t, "ca", "caller"), codes.OK)
}

func TestWithoutACertificateThereIsNoConnection(t *testing.T) {
	expectCode(t, publishByTLS(t, "ca", ""), codes.Unavailable)
}

func TestACertificateOfAnotherAuthorityDoesNotConnect(t *testing.T) {
	expectCode(t, publishByTLS(t, "ca", "stranger"), codes.Unavailable)
}

func TestABridgeThatIsNotTrustedIsNotCalled(t *testing.T) {
	expectCode(t, publishByTLS(t, "other-ca", "caller"), codes.Unavailable)
}

func TestACertificateWithoutAKnownNameNeedsAKey(t *testing.T) {
	expectCode(t, publishByTLS(t, "ca", "bridge"), codes.Unauthenticated)
}
