package chat

import (
	"os"
	"testing"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
)

// publishWith publishes with a key, or without one if it is empty.
func publishWith(t *testing.T, key string) error {
	t.Helper()
	ctx := patient(t)
	if key != "" {
		ctx = metadata.AppendToOutgoingContext(ctx, "authorization", "Bearer "+key)
	}
	_, err := callerOf(t, "STAGE_BRIDGE_WITH_KEYS").PublishMessage(ctx, messageRequest("hello", 1))
	return err
}

func TestAKnownKeyOpens(t *testing.T) {
	expectCode(t, publishWith(t, os.Getenv("STAGE_KEY")), codes.OK)
}

func TestAWrongKeyDoesNotOpen(t *testing.T) {
	expectCode(t, publishWith(t, "a-key-that-nobody-knows"), codes.Unauthenticated)
}

func TestWithoutAKeyItDoesNotOpen(t *testing.T) {
	expectCode(t, publishWith(t, ""), codes.Unauthenticated)
}

func TestAKeyOpensOnlyItsOwnMethods(t *testing.T) {
	expectCode(t, publishWith(t, os.Getenv("STAGE_READ_KEY")), codes.PermissionDenied)
}
