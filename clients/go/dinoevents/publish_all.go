package dinoevents

import (
	"context"
	"errors"
)

// PublishAll publishes events on a stream, and yields each with its result as soon as it is known.
// It takes a further event when there is room for it. With Go 1.23 or newer both are iterators:
//
//	for event, result := range publisher.PublishAll(ctx, slices.Values(events)) {
func (p *Publisher) PublishAll(
	ctx context.Context, events func(yield func(*Event) bool), options ...StreamOption,
) func(yield func(*Event, Result) bool) {
	return func(yield func(*Event, Result) bool) {
		stream := p.Stream(ctx, options...)
		defer func() {
			stream.abort(closedFailure()) // What is open if the loop was left.
			_ = stream.Close()            // Each result was yielded.
		}()
		ends := make(chan endedEvent, stream.window)
		open, goesOn := 0, true
		yieldOne := func() bool {
			one := <-ends
			open--
			goesOn = yield(one.event, one.result)
			return goesOn
		}
		events(func(event *Event) bool {
			for open > 0 && (open == stream.window || len(ends) > 0) {
				if !yieldOne() {
					return false
				}
			}
			open++
			end := func(result Result) { ends <- endedEvent{event, result} }
			if err := stream.publish(ctx, event, end); err != nil {
				end(Result{Err: p.unsent(event, err)})
			}
			return true
		})
		for goesOn && open > 0 {
			yieldOne()
		}
	}
}

type endedEvent struct {
	event  *Event
	result Result
}

// unsent is the error of an event that a stream which has ended did not take.
func (p *Publisher) unsent(event *Event, cause error) *Error {
	f := closedFailure()
	if !errors.Is(cause, ErrClosed) {
		f.message, f.cause = cause.Error(), cause
	}
	return newAttempts(event, p.rules, p.rules.now()).giveUp(f, true)
}
