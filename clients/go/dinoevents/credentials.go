package dinoevents

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"google.golang.org/grpc/credentials"
)

// lookAgain is how often a file is looked at.
const lookAgain = time.Second

// stamp differs when a file was written or replaced. Zero: there is none.
type stamp struct {
	modified time.Time
	size     int64
	inode    uint64
}

func stampOf(path string) stamp {
	info, err := os.Stat(path)
	if path == "" || err != nil {
		return stamp{}
	}
	return stamp{info.ModTime(), info.Size(), inodeOf(info)}
}

// apiKey is the API key, of a file or fixed. A file is looked at once a second; while it is missing
// or empty the last key is used. Safe for concurrent use.
type apiKey struct {
	file     string
	logger   *slog.Logger
	now      func() time.Time
	current  atomic.Pointer[versionedKey]
	looked   atomic.Int64 // When, in nanoseconds.
	mu       sync.Mutex
	seen     stamp
	complain bool
}

type versionedKey struct {
	key     string
	version int
}

func newAPIKey(key, file string, logger *slog.Logger) (*apiKey, error) {
	a := &apiKey{file: file, logger: logger, now: time.Now}
	if file != "" {
		a.seen = stampOf(file)
		text, err := os.ReadFile(file)
		if err != nil {
			return nil, fmt.Errorf("dinoevents: cannot read the API key: %w", err)
		}
		key = strings.TrimSpace(string(text))
	}
	if !isVisible(key) {
		return nil, errors.New("dinoevents: the API key must be of visible ASCII")
	}
	a.current.Store(&versionedKey{key: key})
	a.looked.Store(a.now().UnixNano())
	return a, nil
}

func isVisible(text string) bool {
	return strings.IndexFunc(text, func(r rune) bool { return r < '!' || r > '~' }) < 0
}

// get is the key for a call that begins now. Empty: none.
func (a *apiKey) get() string {
	a.look(false)
	return a.current.Load().key
}

func (a *apiKey) version() int { return a.current.Load().version }

func (a *apiKey) renewedSince(version int) bool {
	a.look(true)
	return a.version() != version
}

func (a *apiKey) look(always bool) {
	if a.file == "" {
		return
	}
	now := a.now().UnixNano()
	if !always && now-a.looked.Load() < int64(lookAgain) {
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.looked.Store(now)
	found := stampOf(a.file)
	if found == (stamp{}) || found == a.seen {
		return
	}
	text, err := os.ReadFile(a.file)
	key := strings.TrimSpace(string(text))
	switch {
	case err != nil || !isVisible(key):
		if !a.complain {
			a.logger.Warn("cannot read the API key, the last one stays", "file", a.file, "error", err)
		}
		a.complain = true
		return
	case key == "": // It is being written.
		return
	}
	a.complain = false
	a.seen = found
	if last := a.current.Load(); key != last.key {
		a.current.Store(&versionedKey{key, last.version + 1})
	}
}

// TLS names the files for TLS towards the server, as PEM. They are read again when they change, for
// new connections; while they cannot be read, the last ones are used.
type TLS struct {
	// The authorities that may have signed the server's certificate. Default: the system's.
	CAFile string
	// The certificate that the publisher shows, with its chain, and its key. Default: none.
	CertFile, KeyFile string
}

func (t *TLS) config() (*tls.Config, error) {
	config := &tls.Config{MinVersion: tls.VersionTLS12}
	if t.CAFile != "" {
		text, err := os.ReadFile(t.CAFile)
		if err != nil {
			return nil, err
		}
		config.RootCAs = x509.NewCertPool()
		if !config.RootCAs.AppendCertsFromPEM(text) {
			return nil, fmt.Errorf("%s has no certificate", t.CAFile)
		}
	}
	if t.CertFile != "" || t.KeyFile != "" {
		pair, err := tls.LoadX509KeyPair(t.CertFile, t.KeyFile)
		if err != nil {
			return nil, err
		}
		config.Certificates = []tls.Certificate{pair}
	}
	return config, nil
}

func (t *TLS) stamps() [3]stamp {
	return [3]stamp{stampOf(t.CAFile), stampOf(t.CertFile), stampOf(t.KeyFile)}
}

// fileTLS are transport credentials that read their files again when they have changed.
type fileTLS struct {
	files  TLS
	logger *slog.Logger
	mu     sync.Mutex
	seen   [3]stamp
	last   credentials.TransportCredentials
}

func newFileTLS(files TLS, logger *slog.Logger) (*fileTLS, error) {
	if (files.CertFile == "") != (files.KeyFile == "") {
		return nil, errors.New("dinoevents: TLS.CertFile and TLS.KeyFile need each other")
	}
	f := &fileTLS{files: files, logger: logger, seen: files.stamps()}
	config, err := files.config()
	if err != nil {
		return nil, fmt.Errorf("dinoevents: cannot read the TLS files: %w", err)
	}
	f.last = credentials.NewTLS(config)
	return f, nil
}

func (f *fileTLS) current() credentials.TransportCredentials {
	f.mu.Lock()
	defer f.mu.Unlock()
	stamps := f.files.stamps()
	if stamps == f.seen {
		return f.last
	}
	config, err := f.files.config()
	if err != nil {
		f.logger.Warn("cannot read the TLS files, the last ones stay", "error", err)
		return f.last
	}
	f.seen, f.last = stamps, credentials.NewTLS(config)
	return f.last
}

// ClientHandshake does it with the files of the moment.
func (f *fileTLS) ClientHandshake(ctx context.Context, authority string, conn net.Conn) (net.Conn, credentials.AuthInfo, error) {
	return f.current().ClientHandshake(ctx, authority, conn)
}

// ServerHandshake is none of a client's.
func (f *fileTLS) ServerHandshake(net.Conn) (net.Conn, credentials.AuthInfo, error) {
	return nil, nil, errors.New("dinoevents: these are a client's credentials")
}

// Info says that it is TLS.
func (f *fileTLS) Info() credentials.ProtocolInfo { return f.current().Info() }

// Clone returns the same ones: nothing in them is a connection's.
func (f *fileTLS) Clone() credentials.TransportCredentials { return f }

// OverrideServerName is deprecated in gRPC; grpc.WithAuthority does it.
func (f *fileTLS) OverrideServerName(string) error {
	return errors.New("dinoevents: use grpc.WithAuthority")
}
