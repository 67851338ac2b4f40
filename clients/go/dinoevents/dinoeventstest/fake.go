// Package dinoeventstest lets a backend's unit tests publish without a server and a broker.
//
//	fake := dinoeventstest.New(t)
//	postMessage(ctx, fake.Publisher) // Your code.
//	text := fake.Events()[0].GetMessage().GetMessage().GetMessagePayload()
package dinoeventstest

import (
	"context"
	"math"
	"net"
	"slices"
	"sync"
	"time"

	eventsv1 "github.com/dino-bridge/dino-bridge/clients/go/dino/events/v1"
	"github.com/dino-bridge/dino-bridge/clients/go/dinoevents"
	"github.com/dino-bridge/dino-bridge/clients/go/internal/requests"
	"google.golang.org/grpc"
	"google.golang.org/grpc/test/bufconn"
	"google.golang.org/protobuf/proto"
)

// Limits are the server's settings max-recipients and max-payload-bytes.
type Limits struct{ MaxRecipients, MaxPayloadBytes int }

// DefaultLimits are the server's.
var DefaultLimits = Limits{10_000, 65_536}

// Fake records the events that its publisher publishes, and refuses those that the server would
// refuse. Safe for concurrent use.
type Fake struct {
	// Publishes to the fake, in memory. It makes one attempt for each event.
	Publisher *dinoevents.Publisher

	limits Limits
	mu     sync.Mutex
	events []*eventsv1.EventRequest
	byKey  map[string]*eventsv1.EventRequest
	next   []error
}

// TB is what a fake needs of a test: a *testing.T has it.
type TB interface {
	Helper()
	Cleanup(func())
	Fatal(args ...any)
}

// New makes a fake that lasts as long as the test.
func New(t TB) *Fake { return NewWithLimits(t, DefaultLimits) }

// NewWithLimits makes a fake of a server with other limits.
func NewWithLimits(t TB, limits Limits) *Fake {
	t.Helper()
	f := &Fake{limits: limits, byKey: make(map[string]*eventsv1.EventRequest)}
	listener := bufconn.Listen(1 << 20)
	server := grpc.NewServer(grpc.MaxRecvMsgSize(math.MaxInt32))
	eventsv1.RegisterEventPublisherServiceServer(server, &service{fake: f})
	go func() { _ = server.Serve(listener) }() // It ends with Stop.
	dial := func(ctx context.Context, _ string) (net.Conn, error) { return listener.DialContext(ctx) }
	publisher, err := dinoevents.New("passthrough:///fake", dinoevents.WithPolicy(oneAttempt()),
		dinoevents.WithDialOptions(grpc.WithContextDialer(dial)))
	if err != nil {
		t.Fatal(err)
	}
	f.Publisher = publisher
	t.Cleanup(func() {
		_ = publisher.Close()
		server.Stop()
	})
	return f
}

// oneAttempt is the policy of a publisher that would wait longer than its calls may take.
func oneAttempt() dinoevents.Policy {
	policy := dinoevents.DefaultPolicy()
	policy.Backoff = dinoevents.Backoff{Initial: 24 * time.Hour, Maximum: 24 * time.Hour, Multiplier: 1}
	policy.Limits.Recipients = math.MaxInt // The fake takes large groups whole.
	return policy
}

// Events are the events that were published, in their order. Refused and failed ones are not among
// them, nor those that were only validated, nor repeated ones.
func (f *Fake) Events() []*eventsv1.EventRequest {
	f.mu.Lock()
	defer f.mu.Unlock()
	return append([]*eventsv1.EventRequest(nil), f.events...)
}

// FailNext lets the next event fail as if all attempts had: with the reason of err, or with its code
// if it has none, and with its Message, Violations, FailedRecipients, RecipientCount,
// AcknowledgedCount, ResumeToken and RetryAfter. Whether the publisher's error is retryable and the
// event maybe published follows from them. Can be called several times.
func (f *Fake) FailNext(err *dinoevents.Error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.next = append(f.next, statusOf(err))
}

// take does as if it published an event.
func (f *Fake) take(event *eventsv1.EventRequest) (*eventsv1.Delivery, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.next) > 0 {
		err := f.next[0]
		f.next = f.next[1:]
		return nil, err
	}
	if found := violations(event, f.limits, true); len(found) > 0 {
		return nil, invalid(found)
	}
	r := requests.Unwrapped(event)
	count := uint32(len(requests.Recipients(r)))
	options := r.GetOptions()
	if options.GetValidateOnly() {
		return &eventsv1.Delivery{RecipientCount: count}, nil
	}
	key := options.GetIdempotencyKey()
	delivery := &eventsv1.Delivery{EventId: eventID(key), RecipientCount: count, AcknowledgedCount: count}
	first, again := f.byKey[key]
	switch {
	case key == "":
	case again && !same(first, event):
		return nil, keyReused()
	case again:
		delivery.Replayed = true
		return delivery, nil
	default:
		f.byKey[key] = event
	}
	f.events = append(f.events, proto.Clone(event).(*eventsv1.EventRequest))
	return delivery, nil
}

// same is whether two events are the same to an idempotency key: the order of the recipients and
// the other options may differ.
func same(one, other *eventsv1.EventRequest) bool {
	return proto.Equal(essence(one), essence(other))
}

func essence(event *eventsv1.EventRequest) *eventsv1.EventRequest {
	r := requests.Unwrapped(event)
	qos := r.GetOptions().GetQos()
	if qos == dinoevents.QoS(0) {
		qos = dinoevents.AtLeastOnce
	}
	var users []int64
	var topics []string
	for _, who := range requests.Recipients(r) {
		if who.Topic != "" {
			topics = append(topics, who.Topic)
		} else {
			users = append(users, who.User)
		}
	}
	slices.Sort(users)
	slices.Sort(topics)
	made := requests.Rebuilt(r, users, &eventsv1.PublishOptions{Qos: qos})
	if custom, is := made.(*eventsv1.PublishCustomRequest); is {
		custom.Topics = topics
	}
	return requests.Wrapped(made)
}
