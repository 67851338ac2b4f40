// Package outbox stores events in the outbox of dino-bridge, in the caller's own transaction:
//
//	tx, err := db.BeginTx(ctx, nil)
//	…
//	_, err = outbox.Enqueue(ctx, tx, &eventsv1.PublishMessageRequest{Message: message, UserIds: members})
//	…
//	err = tx.Commit()
//
// A worker publishes what was committed, and nothing else: python -m dino_events.outbox, of the Python
// package. The table is in outbox.sql, for PostgreSQL.
package outbox

import (
	"context"
	"crypto/rand"
	"database/sql"
	_ "embed"
	"fmt"

	eventsv1 "github.com/dino-bridge/dino-bridge/clients/go/dino/events/v1"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// TableSQL makes the table. It may be run again.
//
//go:embed outbox.sql
var TableSQL string

// InsertSQL inserts a Row, whose fields are its arguments in their order.
const InsertSQL = "INSERT INTO dino_outbox (ordering_key, idempotency_key, event) VALUES ($1, $2, $3)"

// Execer is a *sql.Tx, or what else executes a statement in the caller's transaction.
type Execer interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
}

// Row has the columns of dino_outbox that a writer sets.
type Row struct {
	OrderingKey    string
	IdempotencyKey string
	Event          []byte // A serialized dino.events.v1.EventRequest.
}

// Option changes how an event is stored.
type Option func(*Row)

// WithOrderingKey sets the ordering key, which is the group's ID otherwise. Events with the same one are
// published in the order of the transactions that followed one another.
func WithOrderingKey(key string) Option {
	return func(row *Row) { row.OrderingKey = key }
}

// Enqueue stores an event: the request that publishes it, such as a PublishMessageRequest. It is
// published after the commit of tx. Returns its idempotency key, a random one unless the request has its
// own; a key that is in the outbox already violates UNIQUE.
func Enqueue(ctx context.Context, tx Execer, event proto.Message, options ...Option) (string, error) {
	row, err := NewRow(event, options...)
	if err != nil {
		return "", err
	}
	if _, err := tx.ExecContext(ctx, InsertSQL, row.OrderingKey, row.IdempotencyKey, row.Event); err != nil {
		return "", fmt.Errorf("outbox: %w", err)
	}
	return row.IdempotencyKey, nil
}

// NewRow makes the row of an event, for writers that have their own way to insert it.
func NewRow(event proto.Message, options ...Option) (Row, error) {
	request := event.ProtoReflect()
	packed := (&eventsv1.EventRequest{}).ProtoReflect()
	kind := fieldOf(packed.Descriptor(), request.Descriptor())
	if kind == nil {
		return Row{}, fmt.Errorf("outbox: %T is not a request that publishes one event", event)
	}
	packed.Set(kind, protoreflect.ValueOfMessage(request))
	row := Row{OrderingKey: groupOf(request)}
	if keyed, ok := event.(interface {
		GetOptions() *eventsv1.PublishOptions
	}); ok {
		row.IdempotencyKey = keyed.GetOptions().GetIdempotencyKey()
	}
	if row.IdempotencyKey == "" {
		row.IdempotencyKey = newUUID()
	}
	for _, option := range options {
		option(&row)
	}
	var err error
	row.Event, err = proto.Marshal(packed.Interface())
	if err != nil {
		return Row{}, fmt.Errorf("outbox: %w", err)
	}
	return row, nil
}

// fieldOf returns the field of the outer message that holds the inner one, or nil.
func fieldOf(outer, inner protoreflect.MessageDescriptor) protoreflect.FieldDescriptor {
	for i := range outer.Fields().Len() {
		field := outer.Fields().Get(i)
		if field.Message() != nil && field.Message().FullName() == inner.FullName() {
			return field
		}
	}
	return nil
}

// groupOf returns the group of a request: that of what happened, which is the request's first field.
func groupOf(request protoreflect.Message) string {
	content := request.Get(request.Descriptor().Fields().ByNumber(1)).Message()
	return content.Get(content.Descriptor().Fields().ByName("group_id")).String()
}

func newUUID() string {
	var b [16]byte
	if _, err := rand.Read(b[:]); err != nil {
		panic(err) // There is no randomness: nothing that needs a key can work.
	}
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}
