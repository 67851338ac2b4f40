package dinoevents

import (
	"context"
	"time"

	eventsv1 "github.com/dino-bridge/dino-bridge/clients/go/dino/events/v1"
	"github.com/dino-bridge/dino-bridge/clients/go/internal/requests"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// batch publishes events in as few calls as their order lets it.
type batch struct {
	publisher *Publisher
	queue     *eventQueue
	most      int // Events of the next call.
}

// run returns one result for each event.
func (b *batch) run(ctx context.Context, events []*Event) []Result {
	rules := b.publisher.rules
	results := make([]Result, len(events))
	began := rules.now()
	for i, event := range events {
		b.queue.add(event, deadlineOf(ctx, rules.deadline(event, began)), func(result Result) {
			if result.Err != nil {
				result.Err = withCause(ctx, result.Err)
			}
			results[i] = result
			rules.hooks.eventEnded(event.kind, result, began)
		})
	}
	limits := rules.policy.Limits
	b.most = limits.BatchEvents
	for b.queue.len() > 0 {
		if f := b.ended(ctx); f != nil {
			b.queue.endAll(f, true)
			break
		}
		now := rules.now()
		b.queue.expire(now)
		// Room for what protobuf adds.
		entries := b.queue.take(now, b.most, limits.RequestBytes/16*15)
		if len(entries) > 0 {
			b.send(ctx, b.together(entries, now))
		} else if until := b.queue.nextTime(); !until.IsZero() {
			rules.hooks.waiting(until.Sub(now))
			b.sleep(ctx, until.Sub(now))
		}
	}
	return results
}

// ended is why the batch ends early: nil if it goes on.
func (b *batch) ended(ctx context.Context) *failure {
	if b.publisher.isClosed() {
		return closedFailure()
	}
	return contextFailure(ctx)
}

func contextFailure(ctx context.Context) *failure {
	err := ctx.Err()
	if err == nil {
		return nil
	}
	return &failure{code: status.FromContextError(err).Code(), message: err.Error(), cause: err}
}

func (b *batch) sleep(ctx context.Context, wait time.Duration) {
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-b.publisher.closed:
	case <-timer.C:
	}
}

// together are the entries to send in one call: none of them cuts off the time of the others' attempt.
// Those that have less time go first.
func (b *batch) together(entries []*entry, now time.Time) []*entry {
	var urgent, others []*entry
	for _, one := range entries {
		if one.attempts.timeFor(now) < b.publisher.rules.policy.AttemptTimeout {
			urgent = append(urgent, one)
		} else {
			others = append(others, one)
		}
	}
	if len(urgent) == 0 {
		return others
	}
	b.queue.giveBack(others)
	return urgent
}

func (b *batch) send(ctx context.Context, entries []*entry) {
	rules := b.publisher.rules
	request := &eventsv1.PublishBatchRequest{Events: make([]*eventsv1.EventRequest, len(entries))}
	now := rules.now()
	timeout := rules.policy.AttemptTimeout
	for i, one := range entries {
		one.attempts.sent()
		request.Events[i] = requests.Wrapped(one.attempts.request)
		timeout = min(timeout, one.attempts.timeFor(now))
	}
	answer := &eventsv1.PublishBatchResponse{}
	f := b.publisher.send(ctx, eventsv1.EventPublisherService_PublishBatch_FullMethodName, request, answer, timeout)
	if f == nil && len(answer.Results) != len(entries) {
		f = &failure{code: codes.Unknown, message: "the answer has another number of results"}
	}
	if f != nil {
		rules.logger.Debug("a batch has failed", "events", len(entries),
			"code", codeName(f.code), "reason", f.reason, "message", f.message)
		if f.mayBeOfOne() && len(entries) > 1 {
			b.halve(entries)
			return
		}
	}
	b.most = min(rules.policy.Limits.BatchEvents, 2*b.most)
	now = rules.now()
	random := rules.random()
	for i, one := range entries {
		if f != nil {
			b.queue.failed(one, f, now, random, undecided)
		} else {
			takeResult(b.queue, one, answer.Results[i], now, random)
		}
	}
}

// halve lets half of the entries follow in a call of their own: which of them was it?
func (b *batch) halve(entries []*entry) {
	b.most = (len(entries) + 1) / 2
	b.queue.giveBack(entries)
}

// takeResult gives the queue the result of one of its events, as batches and streams have it.
func takeResult(queue *eventQueue, one *entry, result *eventsv1.EventResult, now time.Time, random float64) {
	if delivery := result.GetDelivery(); delivery != nil {
		queue.succeeded(one, deliveryOf(delivery))
	} else {
		queue.failed(one, failureOfStatus(result.GetError()), now, random, undecided)
	}
}
