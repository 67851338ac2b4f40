package dinoevents

import (
	"context"
	"slices"
	"sync/atomic"
)

// Pending is an event on a stream that has ended or will.
type Pending struct {
	done   chan struct{}
	result Result
	asked  atomic.Bool
	unseen *atomic.Int64
}

// Done is closed when the event has ended.
func (p *Pending) Done() <-chan struct{} { return p.done }

// Wait returns the event's delivery, or its [Error]. It returns the error of the context if that
// ends first, which does not end the event.
func (p *Pending) Wait(ctx context.Context) (*Delivery, error) {
	select {
	case <-p.done:
	default:
		select {
		case <-p.done:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	if p.result.Err == nil {
		return p.result.Delivery, nil
	}
	if !p.asked.Swap(true) {
		p.unseen.Add(-1)
	}
	return nil, p.result.Err
}

// mostFailures is how many failed events a stream keeps for its end.
const mostFailures = 1000

// failures are the events of a stream that have failed and that nobody asked for, for the stream's end.
type failures struct {
	unseen atomic.Int64
	kept   []*Pending // The first ones, and some that were asked for.
}

// pending is an event that may fail.
func (f *failures) pending() *Pending { return &Pending{done: make(chan struct{}), unseen: &f.unseen} }

// end ends one, and keeps it if it has failed.
func (f *failures) end(one *Pending, result Result) {
	one.result = result
	if result.Err != nil {
		f.keep(one)
	}
	close(one.done)
}

func (f *failures) keep(one *Pending) {
	f.unseen.Add(1)
	if len(f.kept) == mostFailures {
		f.forgetAsked()
	}
	if len(f.kept) < mostFailures {
		f.kept = append(f.kept, one)
	}
}

func (f *failures) forgetAsked() {
	f.kept = slices.DeleteFunc(f.kept, func(one *Pending) bool { return one.asked.Load() })
}

// take is the error of a stream of so many events: nil if none is left.
func (f *failures) take(events int) error {
	f.forgetAsked()
	omitted := max(0, int(f.unseen.Swap(0))-len(f.kept))
	if len(f.kept) == 0 && omitted == 0 {
		return nil
	}
	told := &BatchError{Events: events, Omitted: omitted}
	for _, one := range f.kept {
		told.Errors = append(told.Errors, one.result.Err)
	}
	f.kept = nil
	return told
}
