package dinoevents

import (
	"time"

	eventsv1 "github.com/dino-bridge/dino-bridge/clients/go/dino/events/v1"
	"github.com/dino-bridge/dino-bridge/clients/go/internal/requests"
	"google.golang.org/grpc/codes"
)

// streamPatience is how much longer than an attempt an event of a stream may be unanswered. The
// server answers it after its own default deadline at the latest: what is open for longer is lost.
const streamPatience = 5 * time.Second

// sending is an entry that was sent at a time, and perhaps again later.
type sending struct {
	at    time.Time
	entry *entry
}

// streamState is the events of a stream. It does no I/O. Not safe for concurrent use.
type streamState struct {
	rules      *rules
	queue      *eventQueue
	sent       []sending         // On the stream that is open, in that order.
	unanswered map[int]time.Time // When it was sent, by an entry's number.
	losses     int               // Since the last answer.
	openedAt   time.Time
	openedWith int // The version of the credentials.
	reopenAt   time.Time
}

func newStreamState(rules *rules, ordered bool) *streamState {
	return &streamState{rules: rules, queue: newEventQueue(rules, ordered)}
}

// add adds an event. onEnd is called once, by one of the methods of the state.
func (s *streamState) add(event *Event, onEnd func(Result)) {
	began := s.rules.now()
	s.queue.add(event, s.rules.deadline(event, began), func(result Result) {
		s.rules.hooks.eventEnded(event.kind, result, began)
		onEnd(result)
	})
}

// opened says that a stream has been opened: nothing was sent on it.
func (s *streamState) opened() {
	s.openedAt = s.rules.now()
	s.openedWith = s.rules.credentials.version()
	s.sent, s.unanswered = nil, make(map[int]time.Time)
}

// take is the next request to send. nil: there is none now.
func (s *streamState) take() *eventsv1.PublishStreamRequest {
	now := s.rules.now()
	if now.Before(s.reopenAt) {
		return nil
	}
	taken := s.queue.take(now, 1, 0)
	if len(taken) == 0 {
		return nil
	}
	taken[0].attempts.sent()
	s.sent = append(s.sent, sending{now, taken[0]})
	s.unanswered[taken[0].number] = now
	return &eventsv1.PublishStreamRequest{
		Sequence: uint64(taken[0].number), Event: requests.Wrapped(taken[0].attempts.request),
	}
}

// answered says that an answer has come. One that was late has ended already.
func (s *streamState) answered(answer *eventsv1.PublishStreamResponse) {
	s.losses = 0
	delete(s.unanswered, int(answer.GetSequence()))
	if one := s.queue.find(int(answer.GetSequence())); one != nil {
		takeResult(s.queue, one, answer.GetResult(), s.rules.now(), s.rules.random())
	}
	s.forgetAnswered()
}

func (s *streamState) forgetAnswered() {
	for len(s.sent) > 0 && s.isAnswered(s.sent[0]) {
		s.sent = s.sent[1:]
	}
}

func (s *streamState) isAnswered(one sending) bool { return s.unanswered[one.entry.number] != one.at }

// culprit is the event that the server could not take, so that it ended the stream: nil if it ended it
// for another reason. The event may have ended by its deadline.
func (s *streamState) culprit(f *failure) *entry {
	s.forgetAnswered()
	switch {
	case len(s.sent) == 0:
		return nil
	case f.reason == ReasonRequestTooLarge || f.reason == ReasonInvalidField:
		return s.sent[0].entry // The service has answered all that came before it.
	case !f.isOfLibrary():
		return nil
	}
	largest := s.sent[0].entry // A library does not wait for the answers to others.
	for _, one := range s.sent {
		if !s.isAnswered(one) && one.entry.size > largest.size {
			largest = one.entry
		}
	}
	return largest
}

// lost says that the stream has ended: what was not answered is to be sent again, in its order.
func (s *streamState) lost(f *failure) {
	now := s.rules.now()
	s.losses++
	s.rules.hooks.attemptEnded(eventsv1.EventPublisherService_PublishStream_FullMethodName, f, s.openedAt)
	if s.queue.len() == 0 {
		return
	}
	random := s.rules.random()
	wait, again := s.rules.wait(f, s.losses, random, s.openedWith)
	reopens := s.rules.ruleOf(f).Action == ActionReopen
	if one := s.culprit(f); one != nil && !again && !f.refusesAll {
		if one.state == entrySent {
			s.queue.failed(one, f, now, random, undecided)
		}
		if f.reason != "" {
			s.notTaken()
			return
		}
		f = &failure{code: codes.Unavailable, message: "the stream has ended for another event: " + f.message}
		again, reopens = true, true
	}
	if !again || f.refusesAll {
		s.queue.endAll(f, again)
		return
	}
	if s.losses > 1 && reopens {
		wait = s.rules.policy.backoff(s.losses-1, random)
	}
	s.reopenAt = now.Add(wait)
	s.rules.logger.Debug("a stream has ended and another one follows", "code", codeName(f.code),
		"reason", f.reason, "message", f.message, "wait", wait)
	for _, one := range s.queue.inOrder() {
		if one.state == entrySent {
			s.queue.failed(one, f, now, random, wait)
		}
	}
}

// notTaken says that what was not answered was not taken either: it is to be sent at once.
func (s *streamState) notTaken() {
	s.losses, s.reopenAt = 0, time.Time{}
	for _, one := range s.queue.inOrder() {
		if one.state == entrySent {
			s.queue.makeReady(one)
		}
	}
}

// hasWork is whether a stream should be open now.
func (s *streamState) hasWork() bool {
	return s.queue.len() > 0 && !s.rules.now().Before(s.reopenAt)
}

// nextWork is when there is something to send if nothing happens before. Zero: nobody knows.
func (s *streamState) nextWork() time.Time {
	if s.rules.now().Before(s.reopenAt) {
		return s.reopenAt
	}
	return s.queue.nextDelayed()
}

// isStuck is whether an event is unanswered for so long that the connection must be dead.
func (s *streamState) isStuck() bool {
	at := s.stuckAt()
	return !at.IsZero() && s.rules.now().After(at)
}

// stuckAt is when the stream is stuck if no answer comes before. Zero: nothing is unanswered.
func (s *streamState) stuckAt() time.Time {
	s.forgetAnswered()
	if len(s.sent) == 0 {
		return time.Time{}
	}
	return s.sent[0].at.Add(s.rules.policy.AttemptTimeout + streamPatience)
}
