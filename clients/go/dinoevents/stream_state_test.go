package dinoevents

import (
	"strconv"
	"testing"
	"time"

	eventsv1 "github.com/dino-bridge/dino-bridge/clients/go/dino/events/v1"
	"google.golang.org/grpc/codes"
)

// openedStream is the state of a stream with a clock of its own.
type openedStream struct {
	*streamState
	clock *testClock
	key   *noCredentials
	ended map[string]Result
}

func newOpenedStream(to ...[]int64) *openedStream {
	s := &openedStream{clock: &testClock{}, key: &noCredentials{}, ended: map[string]Result{}}
	rules := testRules(s.clock)
	rules.credentials = s.key
	s.streamState = newStreamState(rules, true)
	for i, recipients := range to {
		s.put(strconv.Itoa(i), recipients)
	}
	s.opened()
	return s
}

func (s *openedStream) put(text string, to []int64) {
	s.add(message(text, to), func(result Result) { s.ended[text] = result })
}

func (s *openedStream) takeAll() []string {
	var texts []string
	for r := s.take(); r != nil; r = s.take() {
		texts = append(texts, textOf(r.GetEvent().GetMessage()))
	}
	return texts
}

func (s *openedStream) answer(sequence uint64) {
	s.answered(&eventsv1.PublishStreamResponse{Sequence: sequence, Result: &eventsv1.EventResult{
		Result: &eventsv1.EventResult_Delivery{Delivery: &eventsv1.Delivery{AcknowledgedCount: 1}},
	}})
}

func TestWhatWasNotAnsweredIsSentAgainInOrder(t *testing.T) {
	s := newOpenedStream(users(1, 1), users(2, 2), users(3, 3))
	s.takeAll()
	s.answer(1)
	s.put("3", users(2, 2))
	s.lost(unavailable())

	wantSlice(t, "at once", s.takeAll(), nil)
	wantEqual(t, "reopens", s.reopenAt, at(0.1))
	wantEqual(t, "has work", s.hasWork(), false)
	s.clock.seconds = 0.1
	wantEqual(t, "has work", s.hasWork(), true)
	wantSlice(t, "then", s.takeAll(), []string{"0", "2", "3"})
}

// overloaded answers that an event is to come again in 20 s.
func overloaded(t *testing.T, sequence uint64) *eventsv1.PublishStreamResponse {
	status := statusWith(t, codes.ResourceExhausted, errorInfo(ReasonOverloaded), retryInfo(20*time.Second))
	return &eventsv1.PublishStreamResponse{Sequence: sequence, Result: &eventsv1.EventResult{
		Result: &eventsv1.EventResult_Error{Error: status},
	}}
}

func TestAnEventThatIsToComeLaterDelaysNoOther(t *testing.T) {
	s := newOpenedStream(users(1, 1), users(2, 2))
	s.takeAll()
	s.answered(overloaded(t, 0))
	wantEqual(t, "next work", s.nextWork(), at(20))
	s.lost(unavailable())

	wantEqual(t, "next work", s.nextWork(), at(0.1))
	s.clock.seconds = 0.1
	wantSlice(t, "then", s.takeAll(), []string{"1"})
	wantEqual(t, "next work", s.nextWork(), at(20))
}

func TestAnEventThatHasEndedIsNoWork(t *testing.T) {
	s := newOpenedStream(users(1, 1), users(2, 2))
	s.takeAll()
	s.answered(overloaded(t, 0))
	s.lost(failedWith(codes.Unauthenticated, ReasonUnknownCaller))
	wantEqual(t, "ended", len(s.ended), 2)
	s.clock.seconds = 30

	wantEqual(t, "nothing to do", s.nextWork().IsZero(), true)
}

func TestAnEventThatEndsTheStreamFailsAlone(t *testing.T) {
	for _, reason := range []Reason{ReasonRequestTooLarge, ReasonInvalidField} {
		s := newOpenedStream(users(1, 1), users(2, 2), users(3, 3), users(4, 4), users(2, 2))
		for _, unfit := range []string{"1", "2"} {
			s.takeAll()
			s.answer(0)
			s.lost(failedWith(codes.InvalidArgument, reason))
			wantEqual(t, "reason of "+unfit, s.ended[unfit].Err.Reason, reason)
			wantEqual(t, "retryable", s.ended[unfit].Err.Retryable, false)
			wantEqual(t, "maybe published", s.ended[unfit].Err.MaybePublished, false)
			s.opened()
		}
		wantEqual(t, "ended", len(s.ended), 3)
		wantSlice(t, "at once", s.takeAll(), []string{"3", "4"})
	}
}

func TestTheLargestEventIsTooLargeForALibrary(t *testing.T) {
	s := newOpenedStream(users(1, 1), users(1, 100), users(1, 2))
	s.queue.ordered = false
	s.put("large", users(101, 300))
	s.put("small", users(101, 101))
	s.takeAll()
	s.lost(failedWith(codes.ResourceExhausted, ""))
	wantEqual(t, "ended", len(s.ended), 1)
	wantEqual(t, "code", s.ended["large"].Err.Code, codes.ResourceExhausted)
	wantEqual(t, "retryable", s.ended["large"].Err.Retryable, false)

	s.opened()
	s.takeAll()
	s.lost(failedWith(codes.ResourceExhausted, ""))
	wantEqual(t, "a second one waits", s.reopenAt, at(0.1))
}

func TestAnEventThatEndsTheStreamMayHaveEndedItself(t *testing.T) {
	s := newOpenedStream()
	s.add(message("unfit", users(1, 1), WithTimeout(time.Second)), func(result Result) { s.ended["unfit"] = result })
	s.put("fit", users(2, 2))
	s.takeAll()
	s.clock.seconds = 1
	s.queue.expire(s.clock.now())
	s.lost(failedWith(codes.InvalidArgument, ReasonRequestTooLarge))

	wantEqual(t, "ended", len(s.ended), 1)
	wantSlice(t, "again", s.takeAll(), []string{"fit"})
}

func TestWhatIsOfNoEventFailsAll(t *testing.T) {
	for _, f := range []*failure{failedWith(codes.PermissionDenied, ReasonCallerNotAllowed), failedWith(codes.InvalidArgument, "")} {
		s := newOpenedStream(users(1, 1), users(2, 2))
		s.takeAll()
		s.lost(f)
		wantEqual(t, "ended", len(s.ended), 2)
	}
}

func TestAnOldConnectionIsReplacedAtOnceButNotForEver(t *testing.T) {
	s := newOpenedStream(users(1, 1))
	for _, want := range []time.Duration{0, 100 * time.Millisecond, 200 * time.Millisecond} {
		s.takeAll()
		before := s.clock.now()
		s.lost(failedWith(codes.Unavailable, ReasonConnectionAge))
		wantEqual(t, "wait", s.reopenAt.Sub(before), want)
		s.clock.seconds = s.reopenAt.Sub(testEpoch).Seconds()
	}
	s.clock.seconds = 40
	s.queue.expire(s.clock.now())
	wantEqual(t, "outcome", s.ended["0"].Err.Code, codes.DeadlineExceeded)
}

func TestAStreamThatBeganWithAnOldKeyGoesOnWithTheNewOne(t *testing.T) {
	s := newOpenedStream(users(1, 1))
	s.key.current++
	s.takeAll()
	s.lost(failedWith(codes.Unauthenticated, ReasonUnknownCaller))
	wantEqual(t, "ended", len(s.ended), 0)

	s.clock.seconds = 1
	s.opened()
	wantSlice(t, "again", s.takeAll(), []string{"0"})
	s.lost(failedWith(codes.Unauthenticated, ReasonUnknownCaller))
	wantEqual(t, "reason", s.ended["0"].Err.Reason, ReasonUnknownCaller)
}

func TestASilentConnectionIsNoticed(t *testing.T) {
	s := newOpenedStream(users(1, 1))
	s.takeAll()
	s.clock.seconds = 14
	wantEqual(t, "after 14 s", s.isStuck(), false)
	s.clock.seconds = 16
	wantEqual(t, "after 16 s", s.isStuck(), true)
	s.answer(0)
	wantEqual(t, "answered", s.isStuck(), false)
}

func TestAnEventThatIsSentAgainCountsFromThen(t *testing.T) {
	s := newOpenedStream(users(1, 1))
	s.takeAll()
	s.clock.seconds = 9
	s.answered(&eventsv1.PublishStreamResponse{Result: &eventsv1.EventResult{
		Result: &eventsv1.EventResult_Error{Error: statusWith(t, codes.Unavailable)},
	}})
	s.clock.seconds = 10
	wantSlice(t, "again", s.takeAll(), []string{"0"})
	s.clock.seconds = 16
	wantEqual(t, "is stuck", s.isStuck(), false)
}

func TestAnswersThatNobodyWaitsForAreIgnored(t *testing.T) {
	s := newOpenedStream(users(1, 1))
	s.takeAll()
	for _, sequence := range []uint64{0, 0, 77} {
		s.answer(sequence)
	}
	wantEqual(t, "acknowledged", s.ended["0"].Delivery.AcknowledgedCount, 1)
}
