package dinoevents

import (
	"time"

	"google.golang.org/grpc/codes"
)

// Attempt is one call that has ended, or one stream.
type Attempt struct {
	// Its RPC, such as "/dino.events.v1.EventPublisherService/PublishMessage".
	Method string
	Code   codes.Code
	// The service's reason, empty if it gave none.
	Reason Reason
	Took   time.Duration
}

// Hooks are told what happens; each may be nil. They must neither block nor publish, and may be
// called by several goroutines at once.
type Hooks struct {
	// A call has ended. A batch counts as one.
	AttemptEnded func(Attempt)
	// One attempt of the event with that key has failed; others may follow. The error has what is
	// known of this attempt.
	EventFailed func(key string, err *Error)
	// An event of a kind such as "message" was delivered or given up, after all attempts.
	EventEnded func(kind string, result Result, took time.Duration)
	// A failed call will be repeated after a while.
	Waiting func(time.Duration)
}

func (h *Hooks) attemptEnded(method string, f *failure, began time.Time) {
	if h.AttemptEnded == nil {
		return
	}
	attempt := Attempt{Method: method, Took: time.Since(began)}
	if f != nil {
		attempt.Code, attempt.Reason = f.code, f.reason
	}
	h.AttemptEnded(attempt)
}

func (h *Hooks) eventEnded(kind string, result Result, began time.Time) {
	if h.EventEnded != nil {
		h.EventEnded(kind, result, time.Since(began))
	}
}

func (h *Hooks) waiting(wait time.Duration) {
	if h.Waiting != nil {
		h.Waiting(wait)
	}
}
