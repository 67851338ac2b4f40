package chat

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	eventsv1 "github.com/dino-bridge/dino-bridge/clients/go/dino/events/v1"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
)

// How long a wait lasts before it fails a test. One that succeeds ends at once.
const patience = 20 * time.Second

func patient(t *testing.T) context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	t.Cleanup(cancel)
	return ctx
}

// connect dials the bridge of the stage whose address is in that variable.
func connect(t *testing.T, variable string) *grpc.ClientConn {
	t.Helper()
	conn, err := grpc.NewClient(os.Getenv(variable),
		grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return conn
}

func callerOf(t *testing.T, variable string) eventsv1.EventPublisherServiceClient {
	t.Helper()
	return eventsv1.NewEventPublisherServiceClient(connect(t, variable))
}

func golden(t *testing.T, name string) []byte {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(os.Getenv("STAGE_GOLDEN"), name))
	if err != nil {
		t.Fatal(err)
	}
	return text
}
