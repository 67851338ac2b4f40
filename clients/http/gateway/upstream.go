package gateway

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"os"

	"github.com/dino-bridge/dino-bridge/clients/go/dinoevents"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/insecure"
)

// Upstream is the bridge that is called. Without a CAFile it is called without TLS. The client
// certificate is read at each connection; it is the caller of every request that has no key.
type Upstream struct {
	Address, CAFile, CertFile, KeyFile string
}

// Connect returns a connection, which is made when it is needed.
func (u Upstream) Connect() (*grpc.ClientConn, error) {
	transport, err := u.credentials()
	if err != nil {
		return nil, err
	}
	options := dinoevents.DefaultPolicy().Connection.DialOptions()
	return grpc.NewClient(u.Address, append(options,
		grpc.WithTransportCredentials(transport),
		grpc.WithUserAgent("dino-http/"+dinoevents.Version))...)
}

func (u Upstream) credentials() (credentials.TransportCredentials, error) {
	if (u.CertFile == "") != (u.KeyFile == "") || (u.CertFile != "" && u.CAFile == "") {
		return nil, errors.New("a client certificate needs its key, and the authorities of the bridge")
	}
	if u.CAFile == "" {
		return insecure.NewCredentials(), nil
	}
	authorities, err := os.ReadFile(u.CAFile)
	if err != nil {
		return nil, err
	}
	config := &tls.Config{RootCAs: x509.NewCertPool(), MinVersion: tls.VersionTLS12}
	if !config.RootCAs.AppendCertsFromPEM(authorities) {
		return nil, fmt.Errorf("%s has no certificate in PEM format", u.CAFile)
	}
	if u.CertFile != "" {
		config.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) {
			pair, err := tls.LoadX509KeyPair(u.CertFile, u.KeyFile)
			return &pair, err
		}
	}
	return credentials.NewTLS(config), nil
}
