package outbox

import (
	"context"
	"database/sql"
	"errors"
	"os"
	"regexp"
	"testing"

	eventsv1 "github.com/dino-bridge/dino-bridge/clients/go/dino/events/v1"
	"google.golang.org/protobuf/proto"
)

const group = "6cbb3265-2a7f-494d-92ad-f4503d55d49f"

func message(key string) *eventsv1.PublishMessageRequest {
	return &eventsv1.PublishMessageRequest{
		Message: &eventsv1.Message{GroupId: group, MessagePayload: "Lunch?"},
		UserIds: []int64{1},
		Options: &eventsv1.PublishOptions{IdempotencyKey: key},
	}
}

// execer records the arguments of statements.
type execer struct {
	query string
	args  []any
	err   error
}

func (e *execer) ExecContext(_ context.Context, query string, args ...any) (sql.Result, error) {
	e.query, e.args = query, args
	return nil, e.err
}

func TestEnqueueInsertsTheRow(t *testing.T) {
	var tx execer
	key, err := Enqueue(context.Background(), &tx, message("k"))
	if err != nil || key != "k" || tx.query != InsertSQL {
		t.Fatal(key, err, tx.query)
	}
	if tx.args[0] != group || tx.args[1] != "k" {
		t.Errorf("%v", tx.args)
	}
	var packed eventsv1.EventRequest
	if err := proto.Unmarshal(tx.args[2].([]byte), &packed); err != nil {
		t.Fatal(err)
	}
	if !proto.Equal(packed.GetMessage(), message("k")) {
		t.Errorf("%v", &packed)
	}
}

func TestAKeyIsMadeIfThereIsNone(t *testing.T) {
	uuid := regexp.MustCompile("^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$")
	first, err := NewRow(&eventsv1.PublishReadRequest{Read: &eventsv1.Read{GroupId: "g"}})
	if err != nil || !uuid.MatchString(first.IdempotencyKey) || first.OrderingKey != "g" {
		t.Fatal(first, err)
	}
	second, err := NewRow(&eventsv1.PublishReadRequest{})
	if err != nil || second.IdempotencyKey == first.IdempotencyKey {
		t.Error(second, err)
	}
}

func TestEveryKindHasAGroup(t *testing.T) {
	fields := (&eventsv1.EventRequest{}).ProtoReflect().Descriptor().Fields()
	for i := range fields.Len() {
		packed := (&eventsv1.EventRequest{}).ProtoReflect()
		request := packed.NewField(fields.Get(i)).Message()
		content := request.Mutable(request.Descriptor().Fields().ByNumber(1)).Message()
		groupID := content.Descriptor().Fields().ByName("group_id")
		if groupID == nil {
			t.Fatalf("%s has no group", fields.Get(i).Name())
		}
		content.Set(groupID, content.NewField(groupID))
		if _, err := NewRow(request.Interface()); err != nil {
			t.Error(err)
		}
	}
}

func TestTheOrderingKeyIsTheCallers(t *testing.T) {
	row, err := NewRow(message(""), WithOrderingKey("user-1234"))
	if err != nil || row.OrderingKey != "user-1234" {
		t.Error(row, err)
	}
}

func TestOtherMessagesAreRefused(t *testing.T) {
	if _, err := Enqueue(context.Background(), &execer{}, &eventsv1.Message{}); err == nil {
		t.Error("a Message was taken")
	}
}

func TestTheErrorIsTheDrivers(t *testing.T) {
	broken := errors.New("broken")
	if _, err := Enqueue(context.Background(), &execer{err: broken}, message("k")); !errors.Is(err, broken) {
		t.Error(err)
	}
}

func TestTheTableIsThatOfAllPackages(t *testing.T) {
	shared, err := os.ReadFile("../../outbox/outbox.sql")
	if err != nil {
		t.Skip("only in a checkout")
	}
	if string(shared) != TableSQL {
		t.Error("outbox.sql is not fresh: cp clients/outbox/outbox.sql clients/go/outbox/")
	}
}
