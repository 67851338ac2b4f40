package dinoevents

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	eventsv1 "github.com/dino-bridge/dino-bridge/clients/go/dino/events/v1"
	"google.golang.org/grpc"
)

// Version is the version of the package, which is the server's.
const Version = "0.1.0"

// How long ServerInfo takes at most.
const infoTimeout = 5 * time.Second

// Publisher publishes events and returns when every recipient was acknowledged.
//
// Each event has an idempotency key and a deadline, and is repeated as the retry policy says until
// it is complete. Cancelling the context of a call leaves it unknown whether its event was
// published; repeat it with the same key to complete it. Safe for concurrent use: make one for the
// whole program, not one for each call.
type Publisher struct {
	rules       *rules
	key         *apiKey
	conn        *grpc.ClientConn
	traceparent func(context.Context) string
	closing     sync.Once
	closed      chan struct{}
}

// New makes a publisher. The target is "host:port", where host may be a name of several servers,
// which then share the calls; or several of them, separated by commas; or a target of gRPC with its
// scheme. It connects when it is first used.
func New(target string, options ...Option) (*Publisher, error) {
	chosen := settings{policy: DefaultPolicy(), logger: slog.Default()}
	for _, option := range options {
		option.applyPublisher(&chosen)
	}
	if chosen.recipients > 0 {
		chosen.policy.Limits.Recipients = chosen.recipients
	}
	if err := chosen.policy.check(); err != nil {
		return nil, err
	}
	if chosen.apiKey != "" && chosen.apiKeyFile != "" {
		return nil, errors.New("dinoevents: give either an API key or its file")
	}
	key, err := newAPIKey(chosen.apiKey, chosen.apiKeyFile, chosen.logger)
	if err != nil {
		return nil, err
	}
	conn, err := connect(target, &chosen)
	if err != nil {
		return nil, err
	}
	rules := newRules(chosen.policy, key)
	rules.hooks, rules.logger = chosen.hooks, chosen.logger
	if chosen.timeout > 0 {
		rules.timeout = chosen.timeout
	}
	return &Publisher{
		rules: rules, key: key, conn: conn, traceparent: chosen.traceparent, closed: make(chan struct{}),
	}, nil
}

// Close closes the connections. What is in progress ends with an [Error] that wraps [ErrClosed].
func (p *Publisher) Close() error {
	var err error
	p.closing.Do(func() {
		close(p.closed)
		err = p.conn.Close()
	})
	return err
}

func (p *Publisher) isClosed() bool {
	select {
	case <-p.closed:
		return true
	default:
		return false
	}
}

// Publish publishes an event that was made before.
func (p *Publisher) Publish(ctx context.Context, event *Event) (*Delivery, error) {
	began := p.rules.now()
	result := p.publishParts(ctx, event, deadlineOf(ctx, p.rules.deadline(event, began)))
	if result.Err != nil {
		result.Err = withCause(ctx, result.Err)
		p.rules.hooks.eventEnded(event.kind, result, began)
		return nil, result.Err
	}
	p.rules.hooks.eventEnded(event.kind, result, began)
	return result.Delivery, nil
}

// PublishBatch publishes events together, and returns their results in their order. The error is a
// [BatchError] if any event failed; one that fails does not affect the others.
func (p *Publisher) PublishBatch(ctx context.Context, events []*Event, options ...BatchOption) ([]Result, error) {
	var chosen batchSettings
	for _, option := range options {
		option.applyBatch(&chosen)
	}
	batch := batch{publisher: p, queue: newEventQueue(p.rules, !chosen.unordered)}
	results := batch.run(ctx, events)
	failed := &BatchError{Events: len(results)}
	for i := range results {
		if results[i].Err != nil {
			failed.Errors = append(failed.Errors, results[i].Err)
		}
	}
	if len(failed.Errors) > 0 {
		return results, failed
	}
	return results, nil
}

// ServerInfo returns version, limits and sessions of one server. It is not repeated.
func (p *Publisher) ServerInfo(ctx context.Context) (*eventsv1.GetServerInfoResponse, error) {
	ctx, cancel := context.WithTimeout(ctx, infoTimeout)
	defer cancel()
	return eventsv1.NewEventPublisherServiceClient(p.conn).GetServerInfo(p.outgoing(ctx), &eventsv1.GetServerInfoRequest{})
}

// deadlineOf is that of the context if it is earlier.
func deadlineOf(ctx context.Context, deadline time.Time) time.Time {
	if given, has := ctx.Deadline(); has && given.Before(deadline) {
		return given
	}
	return deadline
}

// withCause lets the error wrap the context's if that ended the call.
func withCause(ctx context.Context, err *Error) *Error {
	if err.cause == nil && err.Retryable {
		err.cause = ctx.Err()
	}
	return err
}
