package dinoevents

import (
	"testing"
	"time"

	eventsv1 "github.com/dino-bridge/dino-bridge/clients/go/dino/events/v1"
	"google.golang.org/grpc/codes"
)

func newTestAttempts(rules *rules, deadline float64, options ...EventOption) *attempts {
	return newAttempts(message("Lunch?", []int64{1}, options...), rules, at(deadline))
}

// fail fails at a time, in seconds.
func (a *attempts) fail(f *failure, seconds float64) (time.Duration, *Error) {
	return a.failed(f, at(seconds), a.rules.random(), undecided)
}

func unavailable() *failure { return failedWith(codes.Unavailable, "") }

func TestThePolicyKnowsEveryReasonAndCode(t *testing.T) {
	policy := DefaultPolicy()
	for name, number := range eventsv1.ErrorReason_value {
		if _, known := policy.Reasons[Reason(name)]; known != (number != 0) {
			t.Errorf("%s: known is %t", name, known)
		}
	}
	for code := codes.Canceled; code <= codes.Unauthenticated; code++ {
		if _, known := policy.Codes[code]; !known {
			t.Errorf("%v is not known", code)
		}
	}
	wantEqual(t, "reasons", len(policy.Reasons), len(eventsv1.ErrorReason_name)-1)
}

func TestABadPolicyIsTold(t *testing.T) {
	for _, text := range []string{"", "{}", `{"timeout": "30"}`, `{"reasons": {"A": {"action": "dance"}}}`, `{"codes": {"A": {"action": "stop"}}}`} {
		if _, err := ParsePolicy([]byte(text)); err == nil {
			t.Errorf("%s was taken", text)
		}
	}
}

func TestAKeyIsMadeOnceAndKept(t *testing.T) {
	event := message("Lunch?", []int64{1})
	one := newAttempts(event, testRules(&testClock{}), at(30))
	key := one.request.GetOptions().GetIdempotencyKey()
	one.fail(unavailable().withToken("t", 0), 0)

	if len(key) != 36 || one.key != key || one.request.GetOptions().GetIdempotencyKey() != key {
		t.Errorf("the keys are %q and %q", key, one.key)
	}
	if event.request.GetOptions() != nil {
		t.Error("the caller's event was changed")
	}
}

func TestTheLastResumeTokenIsGivenBack(t *testing.T) {
	one := newTestAttempts(testRules(&testClock{}), 30)
	one.fail(unavailable().withToken("first", 0), 0)
	first := one.request
	one.fail(unavailable().withToken("second", 0), 1)
	one.fail(unavailable(), 2) // A connection that broke has none.

	wantEqual(t, "token", string(one.request.GetOptions().GetResumeToken()), "second")
	wantEqual(t, "token of the last attempt, which may still be written", string(first.GetOptions().GetResumeToken()), "first")
}

func TestWaitsGrowUpToTheLongest(t *testing.T) {
	one := newTestAttempts(testRules(&testClock{}), 30)
	for _, want := range []int{100, 200, 400, 800, 1600, 3000, 3000} {
		wait, _ := one.fail(unavailable(), 0)
		wantEqual(t, "wait", wait, time.Duration(want)*time.Millisecond)
	}
}

func TestWaitsOfOneFailure(t *testing.T) {
	for name, one := range map[string]struct {
		failure *failure
		random  float64
		want    time.Duration
	}{
		"jitter takes a part":                    {unavailable(), 0.5, 75 * time.Millisecond},
		"a pushback is obeyed":                   {unavailable().pushed(7 * time.Second), 0, 7 * time.Second},
		"a pushback is stretched":                {unavailable().pushed(7 * time.Second), 0.5, 7700 * time.Millisecond},
		"a short pushback makes nobody hasty":    {unavailable().pushed(time.Millisecond), 0, 100 * time.Millisecond},
		"a cancellation that is not the callers": {failedWith(codes.Canceled, ""), 0, 100 * time.Millisecond},
		"an unknown reason is judged by its code": {
			failedWith(codes.Unavailable, "NEW_REASON"), 0, 100 * time.Millisecond,
		},
	} {
		t.Run(name, func(t *testing.T) {
			rules := testRules(&testClock{})
			rules.random = func() float64 { return one.random }
			wait, err := newTestAttempts(rules, 30).fail(one.failure, 0)
			if err != nil {
				t.Fatal(err)
			}
			wantEqual(t, "wait", wait, one.want)
		})
	}
}

func TestWhatEndsACall(t *testing.T) {
	for name, one := range map[string]struct {
		failure        *failure
		retryable      bool
		maybePublished bool
	}{
		"a pushback beyond the deadline":       {failedWith(codes.ResourceExhausted, ReasonOverloaded).pushed(time.Minute), true, false},
		"exhausted resources without pushback": {failedWith(codes.ResourceExhausted, ""), false, false},
		"a server that refuses retries":        {&failure{code: codes.Unavailable, refusesAll: true}, true, true},
		"invalid fields":                       {failedWith(codes.InvalidArgument, ReasonInvalidField), false, false},
		"a broker that refuses":                {failedWith(codes.Internal, ReasonBrokerRefused), false, true},
		"an unknown reason of a code that ends": {
			failedWith(codes.InvalidArgument, "NEW_REASON"), false, false,
		},
		"a token of the caller's": {failedWith(codes.InvalidArgument, ReasonResumeToken), false, false},
		"an unknown caller":       {failedWith(codes.Unauthenticated, ReasonUnknownCaller), false, false},
		"progress of what is said to be nothing": {
			failedWith(codes.InvalidArgument, ReasonInvalidField).withToken("", 1), false, true,
		},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := newTestAttempts(testRules(&testClock{}), 30, WithResumeToken([]byte("t"))).fail(one.failure, 0)
			if err == nil {
				t.Fatal("it goes on")
			}
			wantEqual(t, "retryable", err.Retryable, one.retryable)
			wantEqual(t, "maybe published", err.MaybePublished, one.maybePublished)
		})
	}
}

func TestOnceMaybePublishedStaysSo(t *testing.T) {
	one := newTestAttempts(testRules(&testClock{}), 3)
	one.fail(failedWith(codes.DeadlineExceeded, "").withToken("t", 4), 0)
	_, err := one.fail(failedWith(codes.ResourceExhausted, ReasonCallerQuota).pushed(9*time.Second), 1)

	wantEqual(t, "maybe published", err.MaybePublished, true)
	wantEqual(t, "acknowledged", err.AcknowledgedCount, 4)
	wantEqual(t, "token", string(err.ResumeToken), "t")
	wantEqual(t, "retry after", err.RetryAfter, 9*time.Second)
}

func TestATokenOfOursThatIsRefusedIsDroppedOnce(t *testing.T) {
	one := newTestAttempts(testRules(&testClock{}), 30)
	one.fail(unavailable().withToken("t", 0), 0)
	wait, err := one.fail(failedWith(codes.InvalidArgument, ReasonResumeToken), 1)

	wantEqual(t, "goes on", err == nil && wait == 0, true)
	wantEqual(t, "token", len(one.request.GetOptions().GetResumeToken()), 0)
	if _, err := one.fail(failedWith(codes.InvalidArgument, ReasonResumeToken), 2); err == nil {
		t.Error("it goes on again")
	}
}

func TestAnUnknownCallerTriesAgainWithNewCredentials(t *testing.T) {
	rules := testRules(&testClock{})
	credentials := &noCredentials{}
	rules.credentials = credentials
	one := newTestAttempts(rules, 30)
	one.sent()
	credentials.current++
	if _, err := one.fail(failedWith(codes.Unauthenticated, ReasonUnknownCaller), 0); err != nil {
		t.Fatal(err)
	}
	one.sent()
	if _, err := one.fail(failedWith(codes.Unauthenticated, ReasonUnknownCaller), 0); err == nil {
		t.Error("it goes on with the same ones")
	}
}

func TestAnAttemptHasWhatIsLeftOfTheTime(t *testing.T) {
	one := newTestAttempts(testRules(&testClock{}), 12)
	wantEqual(t, "at first", one.timeFor(at(0)), 10*time.Second)
	wantEqual(t, "later", one.timeFor(at(9)), 3*time.Second)
	wantEqual(t, "too late", one.timeFor(at(99)), time.Millisecond)
}

func TestHooksAreToldOfEachFailure(t *testing.T) {
	rules := testRules(&testClock{})
	var told []*Error
	rules.hooks.EventFailed = func(_ string, err *Error) { told = append(told, err) }
	one := newTestAttempts(rules, 30)
	one.fail(unavailable().withToken("t", 5), 0)
	one.fail(failedWith(codes.ResourceExhausted, ReasonOverloaded).pushed(time.Second), 1)

	if len(told) != 2 || told[0].AcknowledgedCount != 5 || told[1].AcknowledgedCount != 0 || told[1].MaybePublished {
		t.Errorf("told: %v", told)
	}
}
