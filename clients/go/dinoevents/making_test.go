package dinoevents

import (
	"slices"
	"testing"
	"time"

	eventsv1 "github.com/dino-bridge/dino-bridge/clients/go/dino/events/v1"
	"github.com/dino-bridge/dino-bridge/clients/go/internal/requests"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	spb "google.golang.org/genproto/googleapis/rpc/status"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/protoadapt"
	"google.golang.org/protobuf/types/known/durationpb"
)

// Events, failures and clocks, as several tests need them.

const testGroup = "6cbb3265-2a7f-494d-92ad-f4503d55d49f"

// patience is how long a wait lasts before it fails a test. One that succeeds ends at once.
const patience = 20 * time.Second

func message(text string, to []int64, options ...EventOption) *Event {
	return NewEvent(Message{GroupID: testGroup, SenderID: 7, Text: text, To: to}, options...)
}

// users are first, first+1… up to last.
func users(first, last int64) []int64 {
	made := make([]int64, 0, last-first+1)
	for user := first; user <= last; user++ {
		made = append(made, user)
	}
	return made
}

func textOf(r requests.Request) string {
	return r.(*eventsv1.PublishMessageRequest).GetMessage().GetMessagePayload()
}

// noCredentials never change.
type noCredentials struct{ current int }

func (c *noCredentials) version() int                  { return c.current }
func (c *noCredentials) renewedSince(version int) bool { return c.current != version }

// testClock is a clock that the test sets, in seconds.
type testClock struct{ seconds float64 }

var testEpoch = time.Unix(1_700_000_000, 0)

func at(seconds float64) time.Time {
	return testEpoch.Add(time.Duration(seconds * float64(time.Second)))
}

func (c *testClock) now() time.Time { return at(c.seconds) }

// testRules wait as long as the policy lets them.
func testRules(clock *testClock) *rules {
	r := newRules(DefaultPolicy(), nil)
	r.random = func() float64 { return 0 }
	r.credentials = &noCredentials{}
	r.now = clock.now
	return r
}

func failedWith(code codes.Code, reason Reason) *failure {
	return &failure{code: code, reason: reason, message: "told"}
}

func (f *failure) withToken(token string, acknowledged uint32) *failure {
	f.progress = &eventsv1.PublishFailure{
		EventId: "id", RecipientCount: 9, AcknowledgedCount: acknowledged, ResumeToken: []byte(token),
	}
	return f
}

func (f *failure) pushed(pushback time.Duration) *failure {
	f.pushback, f.isPushed = pushback, true
	return f
}

// statusWith is a status as the server makes it.
func statusWith(t testing.TB, code codes.Code, details ...protoadapt.MessageV1) *spb.Status {
	t.Helper()
	made, err := status.New(code, "told").WithDetails(details...)
	if err != nil {
		t.Fatal(err)
	}
	return made.Proto()
}

func errorInfo(reason Reason) *errdetails.ErrorInfo {
	return &errdetails.ErrorInfo{Reason: string(reason), Domain: "dino.events"}
}

func retryInfo(delay time.Duration) *errdetails.RetryInfo {
	return &errdetails.RetryInfo{RetryDelay: durationpb.New(delay)}
}

func badRequest(fields ...string) *errdetails.BadRequest {
	made := &errdetails.BadRequest{}
	for _, field := range fields {
		made.FieldViolations = append(made.FieldViolations,
			&errdetails.BadRequest_FieldViolation{Field: field, Description: "is wrong"})
	}
	return made
}

func wantEqual[T comparable](t *testing.T, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Errorf("%s: got %v, want %v", what, got, want)
	}
}

func wantSlice[T comparable](t *testing.T, what string, got, want []T) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("%s: got %v, want %v", what, got, want)
	}
}
