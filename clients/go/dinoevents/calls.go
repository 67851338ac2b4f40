package dinoevents

import (
	"context"
	"time"

	"github.com/dino-bridge/dino-bridge/clients/go/internal/requests"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/protobuf/proto"
)

// publishParts publishes an event, in parts one after the other if it has too many recipients.
func (p *Publisher) publishParts(ctx context.Context, event *Event, deadline time.Time) Result {
	if len(event.violations) > 0 {
		return Result{Err: newAttempts(event, p.rules, deadline).giveUp(unwritable(event), false)}
	}
	limit := p.rules.policy.Limits.Recipients
	if fits(event.request, limit) {
		return p.publishPart(ctx, event, deadline)
	}
	parts := split(event, limit)
	if len(parts) == 1 {
		return p.publishPart(ctx, event, deadline)
	}
	outcomes := make([]*Result, len(parts))
	for i, part := range parts {
		result := Result{Delivery: part.delivery}
		if part.event != nil {
			result = p.publishPart(ctx, part.event, deadline)
		}
		outcomes[i] = &result
		if result.Err == nil {
			continue
		}
		for later, one := range parts[i+1:] {
			if one.delivery != nil { // It stays complete.
				outcomes[i+1+later] = &Result{Delivery: one.delivery}
			}
		}
		break
	}
	return combined(event, limit, outcomes)
}

func (p *Publisher) publishPart(ctx context.Context, event *Event, deadline time.Time) Result {
	attempts := newAttempts(event, p.rules, deadline)
	rpc := requests.RPCs[event.kind]
	for {
		if p.isClosed() {
			return Result{Err: attempts.giveUp(closedFailure(), true)}
		}
		attempts.sent()
		answer := rpc.NewResponse()
		f := p.send(ctx, rpc.Method, attempts.request, answer, attempts.timeFor(p.rules.now()))
		if f == nil {
			return Result{Delivery: deliveryOf(answer.GetDelivery())}
		}
		if f.code == codes.Internal && f.reason == "" {
			if wrong := unwritable(event); wrong != nil { // gRPC says no more than that.
				return Result{Err: attempts.giveUp(wrong, false)}
			}
		}
		wait, err := attempts.failed(f, p.rules.now(), p.rules.random(), undecided)
		if err == nil {
			err = p.pause(ctx, wait, f, attempts)
		}
		if err != nil {
			return Result{Err: err}
		}
	}
}

// pause waits before the next attempt, and returns an error if there will be none.
func (p *Publisher) pause(ctx context.Context, wait time.Duration, f *failure, attempts *attempts) *Error {
	if ctx.Err() == nil {
		p.rules.logger.Debug("an attempt has failed and another one follows",
			"kind", attempts.kind, "key", attempts.key, "attempt", attempts.count,
			"code", codeName(f.code), "reason", f.reason, "message", f.message, "wait", wait)
		p.rules.hooks.waiting(wait)
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return attempts.giveUp(f, true)
	case <-p.closed:
		return attempts.giveUp(closedFailure(), true)
	case <-timer.C:
		return nil
	}
}

// send makes a call and reads its answer, or returns why it failed.
func (p *Publisher) send(ctx context.Context, method string, r, answer proto.Message, timeout time.Duration) *failure {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	var trailer metadata.MD
	var f *failure
	began := time.Now()
	if err := p.conn.Invoke(p.outgoing(ctx), method, r, answer, grpc.Trailer(&trailer)); err != nil {
		f = failureOf(err, trailer)
		if p.isClosed() {
			f = closedFailure()
		}
	}
	p.rules.hooks.attemptEnded(method, f, began)
	return f
}

// outgoing is the context with the metadata of a call.
func (p *Publisher) outgoing(ctx context.Context) context.Context {
	if key := p.key.get(); key != "" {
		ctx = metadata.AppendToOutgoingContext(ctx, "authorization", "Bearer "+key)
	}
	if p.traceparent != nil {
		if traceparent := p.traceparent(ctx); traceparent != "" {
			ctx = metadata.AppendToOutgoingContext(ctx, "traceparent", traceparent)
		}
	}
	return ctx
}
