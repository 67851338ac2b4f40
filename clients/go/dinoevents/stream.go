package dinoevents

import (
	"context"
	"errors"
	"io"
	"sync"
	"time"

	eventsv1 "github.com/dino-bridge/dino-bridge/clients/go/dino/events/v1"
	"google.golang.org/grpc/codes"
)

// Stream publishes events one after the other, without waiting for each. It opens a new connection
// when one ends, and sends what was not answered again: with its key, and in its order. Safe for
// concurrent use.
type Stream struct {
	publisher *Publisher
	window    int
	ctx       context.Context // The caller's.
	calls     context.Context // Of the calls: ends with the stream, too.
	endCalls  context.CancelFunc
	running   sync.WaitGroup
	work      chan struct{} // There may be something to send.
	sooner    chan struct{} // An event ends before the next look at the deadlines.

	mu       sync.Mutex
	state    *streamState
	room     chan struct{} // Closed and replaced when an event ends while somebody waits for that.
	waiting  int
	lookAt   time.Time
	endCall  context.CancelFunc // Of the stream that is open.
	events   int
	failures failures
	ended    *failure
}

// Stream opens a stream. It must be closed; the end of the context ends it at once.
func (p *Publisher) Stream(ctx context.Context, options ...StreamOption) *Stream {
	chosen := streamSettings{window: p.rules.policy.Limits.StreamEvents}
	for _, option := range options {
		option.applyStream(&chosen)
	}
	s := &Stream{
		publisher: p, window: max(1, chosen.window), ctx: ctx, work: make(chan struct{}, 1),
		sooner: make(chan struct{}, 1), state: newStreamState(p.rules, !chosen.unordered),
		room: make(chan struct{}),
	}
	s.calls, s.endCalls = context.WithCancel(ctx)
	s.running.Add(2)
	go s.run()
	go s.watch()
	return s
}

// Publish publishes an event, and returns at once unless the window is full of open events: then it
// waits for room, or for the end of the context. The error is the context's, or [ErrClosed].
func (s *Stream) Publish(ctx context.Context, event *Event) (*Pending, error) {
	pending := s.failures.pending()
	err := s.publish(ctx, event, func(result Result) { s.failures.end(pending, result) })
	if err != nil {
		return nil, err
	}
	return pending, nil
}

// publish calls onEnd once, with the stream locked, unless it returns an error.
func (s *Stream) publish(ctx context.Context, event *Event, onEnd func(Result)) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	full := func() bool { return s.state.queue.len() >= s.window && s.ended == nil }
	if err := s.await(ctx, full); err != nil {
		return err
	}
	if s.ended != nil {
		return s.ended.cause
	}
	s.events++
	s.state.add(event, onEnd)
	poke(s.work)
	if next := s.state.queue.nextDeadline(); s.lookAt.IsZero() || next.Before(s.lookAt) {
		poke(s.sooner)
	}
	return nil
}

// await waits while a condition holds, and until the context ends. The stream is locked.
func (s *Stream) await(ctx context.Context, holds func() bool) error {
	for holds() {
		room := s.room
		s.waiting++
		s.mu.Unlock()
		var err error
		select {
		case <-room:
		case <-ctx.Done():
			err = ctx.Err()
		}
		s.mu.Lock()
		s.waiting--
		if err != nil {
			return err
		}
	}
	return nil
}

// freed tells those who wait for room that events have ended. The stream is locked.
func (s *Stream) freed() {
	if s.waiting > 0 {
		close(s.room)
		s.room = make(chan struct{})
	}
}

func poke(wake chan struct{}) {
	select {
	case wake <- struct{}{}:
	default:
	}
}

// Flush waits until all events have ended, or the context has.
func (s *Stream) Flush(ctx context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.await(ctx, func() bool { return s.state.queue.len() > 0 })
}

// Close waits until all events have ended, each at its deadline at the latest, and ends the stream.
// It returns a [BatchError] of those that failed and whose Wait nobody called: of the first 1,000, and how many more.
func (s *Stream) Close() error {
	_ = s.Flush(context.Background()) // It has no deadline.
	s.abort(closedFailure())
	s.running.Wait()
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.failures.take(s.events)
}

// abort ends the stream and what is open.
func (s *Stream) abort(f *failure) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ended == nil {
		s.ended = f
		s.state.queue.endAll(f, true)
		s.freed()
	}
	s.endCalls()
}

// pause waits for one of the channels, for a time (zero: none), and ends the stream with its context
// or its publisher.
func (s *Stream) pause(wake <-chan struct{}, until time.Time) {
	var timeout <-chan time.Time
	if !until.IsZero() {
		timer := time.NewTimer(time.Until(until))
		defer timer.Stop()
		timeout = timer.C
	}
	select {
	case <-wake:
	case <-timeout:
	case <-s.publisher.closed:
		s.abort(closedFailure())
	case <-s.calls.Done():
		if f := contextFailure(s.ctx); f != nil {
			s.abort(f)
		}
	}
}

// run opens a stream whenever there is something to send, and reads its answers.
func (s *Stream) run() {
	defer s.running.Done()
	for {
		s.mu.Lock()
		ended, hasWork, next := s.ended != nil, s.state.hasWork(), s.state.nextWork()
		if !ended && hasWork {
			s.state.opened()
		}
		s.mu.Unlock()
		switch {
		case ended:
			return
		case !hasWork:
			s.pause(s.work, next)
			continue
		}
		f := s.read()
		switch {
		case s.publisher.isClosed():
			s.abort(closedFailure())
		case s.ctx.Err() != nil:
			s.abort(contextFailure(s.ctx))
		}
		s.mu.Lock()
		s.endCall = nil
		s.state.lost(f)
		s.freed()
		s.mu.Unlock()
	}
}

// read reads answers until the stream ends, and says why it did.
func (s *Stream) read() *failure {
	ctx, cancel := context.WithCancel(s.calls)
	defer cancel()
	call, err := eventsv1.NewEventPublisherServiceClient(s.publisher.conn).PublishStream(s.publisher.outgoing(ctx))
	if err != nil {
		return failureOf(err, nil)
	}
	s.mu.Lock()
	s.endCall = cancel
	s.mu.Unlock()
	written := make(chan struct{})
	go func() {
		defer close(written)
		s.write(ctx, call)
	}()
	defer func() {
		cancel()
		<-written
	}()
	for {
		answer, err := call.Recv()
		switch {
		case errors.Is(err, io.EOF):
			return &failure{code: codes.Unavailable, message: "the server ended the stream"}
		case err != nil:
			return failureOf(err, call.Trailer())
		}
		s.mu.Lock()
		s.state.answered(answer)
		s.freed()
		s.mu.Unlock()
		poke(s.work)
	}
}

// write sends what is to be sent, as fast as gRPC takes it.
func (s *Stream) write(ctx context.Context, call eventsv1.EventPublisherService_PublishStreamClient) {
	for ctx.Err() == nil {
		s.mu.Lock()
		request, next := s.state.take(), s.state.nextWork()
		if stuckAt := s.state.stuckAt(); request != nil && (s.lookAt.IsZero() || stuckAt.Before(s.lookAt)) {
			poke(s.sooner)
		}
		s.mu.Unlock()
		if request == nil {
			s.pauseWriter(ctx, next)
		} else if call.Send(request) != nil {
			return // Reading says why.
		}
	}
}

func (s *Stream) pauseWriter(ctx context.Context, until time.Time) {
	var timeout <-chan time.Time
	if !until.IsZero() {
		timer := time.NewTimer(time.Until(until))
		defer timer.Stop()
		timeout = timer.C
	}
	select {
	case <-s.work:
	case <-timeout:
	case <-ctx.Done():
	}
}

// watch ends events whose time is over, and a call that is stuck.
func (s *Stream) watch() {
	defer s.running.Done()
	for {
		s.mu.Lock()
		s.state.queue.expire(s.state.rules.now())
		s.freed()
		if s.endCall != nil && s.state.isStuck() {
			s.endCall()
			s.endCall = nil
		}
		s.lookAt = s.state.queue.nextDeadline()
		if at := s.state.stuckAt(); s.endCall != nil && !at.IsZero() && at.Before(s.lookAt) {
			s.lookAt = at
		}
		ended, lookAt := s.ended != nil, s.lookAt
		s.mu.Unlock()
		if ended {
			return
		}
		s.pause(s.sooner, lookAt)
	}
}
