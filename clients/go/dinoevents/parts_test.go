package dinoevents

import (
	"encoding/json"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	eventsv1 "github.com/dino-bridge/dino-bridge/clients/go/dino/events/v1"
	"github.com/dino-bridge/dino-bridge/clients/go/internal/requests"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/anypb"
	"google.golang.org/protobuf/types/known/durationpb"
)

func read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("../../..", path))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestTheVersionIsTheServers(t *testing.T) {
	wantEqual(t, "version", Version, strings.TrimSpace(read(t, "VERSION")))
}

func TestTheLicenceIsTheRepositorys(t *testing.T) {
	wantEqual(t, "same", read(t, "clients/go/LICENSE") == read(t, "LICENSE"), true)
}

func TestThePolicyIsTheSharedOne(t *testing.T) {
	wantEqual(t, "same", read(t, "clients/retry_policy.json") == string(defaultPolicy), true)
}

func TestWhatAnEventIsMadeOf(t *testing.T) {
	created := time.Date(2020, 8, 19, 22, 49, 44, 794_828_000, time.UTC)
	event := NewEvent(Message{
		GroupID: testGroup, SenderID: 7, Text: "Lunch?", To: []int64{1, 2}, MessageID: testGroup, CreatedAt: created,
	}, WithKey("k"), WithQoS(AtMostOnce), WithExpiry(time.Minute), WithTimeout(time.Second),
		WithUserProperties(map[string]string{"sender-device": "telephone"}))
	r := event.Request().(*eventsv1.PublishMessageRequest)

	wantEqual(t, "kind", event.Kind(), "message")
	wantEqual(t, "time", r.GetMessage().GetCreatedAt().AsTime(), created)
	wantEqual(t, "timeout", event.timeout, time.Second)
	wantSlice(t, "users", r.GetUserIds(), []int64{1, 2})
	want := &eventsv1.PublishOptions{IdempotencyKey: "k", Qos: AtMostOnce, Expiry: durationpb.New(time.Minute),
		UserProperties: map[string]string{"sender-device": "telephone"}}
	if !proto.Equal(r.GetOptions(), want) {
		t.Errorf("options: %v", r.GetOptions())
	}
}

func everyContent() []Content {
	now := time.Now()
	to := []int64{1}
	return []Content{
		Group{
			GroupID: testGroup, Name: "n", OwnerID: 1, UserIDs: to, CreatedAt: now, UpdatedAt: now, LastMessageTime: now, To: to,
		},
		Message{GroupID: testGroup, SenderID: 7, Text: "a", To: to},
		Attachment{GroupID: testGroup, SenderID: 7, FileID: "f", To: to},
		Edit{GroupID: testGroup, SenderID: 7, Text: "a", MessageID: testGroup, CreatedAt: now, To: to},
		ActionLog{GroupID: testGroup, SenderID: 7, Text: "a", To: to},
		Read{GroupID: testGroup, UserID: 1, To: to},
		Join{GroupID: testGroup, UserIDs: to, To: to},
		Leave{GroupID: testGroup, UserID: 1, To: to},
		DeleteAttachment{GroupID: testGroup, MessageIDs: []string{testGroup}, FileIDs: []string{"f"}, To: to},
		DeleteMessage{GroupID: testGroup, MessageIDs: []string{testGroup}, To: to},
		Custom{EventType: "poll", GroupID: testGroup, Data: map[string]any{"a": []any{1, nil}}, To: to},
	}
}

func TestEveryKindOfTheServiceIsThere(t *testing.T) {
	fields := (&eventsv1.EventRequest{}).ProtoReflect().Descriptor().Fields()
	contents := everyContent()
	if fields.Len() != len(contents) || len(requests.RPCs) != len(contents) {
		t.Fatalf("the service has %d kinds", fields.Len())
	}
	for i, content := range contents {
		event := NewEvent(content, WithKey("k"))
		kind := string(fields.Get(i).Name())
		wantEqual(t, "kind", event.Kind(), kind)
		wrapped := requests.Wrapped(event.request)
		if !proto.Equal(requests.Unwrapped(wrapped), event.request) || !wrapped.ProtoReflect().Has(fields.Get(i)) {
			t.Errorf("%s is wrapped as another", kind)
		}
		again, err := EventOf(event.Request())
		if err != nil || !proto.Equal(again.request, event.request) {
			t.Errorf("%s: %v", kind, err)
		}
		if rebuilt := requests.Rebuilt(event.request, event.request.GetUserIds(), event.request.GetOptions()); !proto.Equal(rebuilt, event.request) {
			t.Errorf("%s is rebuilt as %v", kind, rebuilt)
		}
		method := strings.TrimSuffix(string(event.request.ProtoReflect().Descriptor().Name()), "Request")
		wantEqual(t, "method", requests.RPCs[kind].Method, "/dino.events.v1.EventPublisherService/"+method)
	}
}

func TestOnlyRequestsOfOneEventAreTaken(t *testing.T) {
	if _, err := EventOf(&eventsv1.PublishBatchRequest{}); err == nil {
		t.Error("a batch was taken as an event")
	}
}

func TestAFailureIsReadFromStatusAndTrailer(t *testing.T) {
	progress := &eventsv1.PublishFailure{RecipientCount: 3, ResumeToken: []byte("t")}
	details := statusWith(t, codes.Unavailable, errorInfo(ReasonBrokerBusy), retryInfo(1500*time.Millisecond), progress)
	f := failureOf(status.ErrorProto(details), metadata.Pairs(pushbackTrailer, "9000"))

	wantEqual(t, "code", f.code, codes.Unavailable)
	wantEqual(t, "reason", f.reason, ReasonBrokerBusy)
	wantEqual(t, "pushback", f.pushback, 1500*time.Millisecond)
	wantEqual(t, "recipients", f.progress.GetRecipientCount(), 3)
}

func TestTheTrailerAloneCountsToo(t *testing.T) {
	for value, want := range map[string]struct {
		pushback time.Duration
		isPushed bool
		refuses  bool
	}{
		"250": {250 * time.Millisecond, true, false}, "-1": {0, false, true}, "x": {0, false, false}, "0": {0, true, false},
		"9223372036854775807": {longestPushback, true, false},
	} {
		f := failureOf(status.Error(codes.Unavailable, "told"), metadata.Pairs(pushbackTrailer, value))
		if f.pushback != want.pushback || f.isPushed != want.isPushed || f.refusesAll != want.refuses {
			t.Errorf("%s: %+v", value, f)
		}
	}
}

func TestTheLongestPushbackIsObeyed(t *testing.T) {
	details := statusWith(t, codes.Unavailable, errorInfo(ReasonBrokerBusy), retryInfo(1<<63-1))
	wait, again := testRules(&testClock{}).wait(failureOf(status.ErrorProto(details), nil), 1, 0.99, 0)

	if !again || wait < longestPushback {
		t.Errorf("waits %v", wait)
	}
}

func TestDetailsThatCannotBeReadAreLeftOut(t *testing.T) {
	broken := statusWith(t, codes.Internal, badRequest("a.b", "c[1]"))
	broken.Details = append(broken.Details, &anypb.Any{TypeUrl: "type.googleapis.com/google.rpc.ErrorInfo", Value: []byte{0xff}},
		&anypb.Any{TypeUrl: "type.googleapis.com/unknown.Type"})
	f := failureOfStatus(broken)

	wantEqual(t, "reason", f.reason, "")
	wantEqual(t, "violations", len(f.violations), 2)
	other := errorInfo(ReasonOverloaded)
	other.Domain = "other"
	wantEqual(t, "reason of another service", failureOfStatus(statusWith(t, codes.Internal, other)).reason, "")
	wantEqual(t, "a code that is none", failureOfStatus(statusWith(t, 77)).code, codes.Unknown)
}

func TestErrorsSayWhatHelps(t *testing.T) {
	err := &Error{
		Code: codes.Unavailable, Reason: ReasonBrokerBusy, Message: "told", RecipientCount: 3, AcknowledgedCount: 1,
		BrokerReason: "quota", Attempts: 4, Key: "k", cause: ErrClosed,
	}
	wantEqual(t, "text", err.Error(),
		"dinoevents: UNAVAILABLE BROKER_BUSY: told; 1 of 3 acknowledged; the broker says: quota; 4 attempts; key k")
	wantEqual(t, "cause", errors.Is(err, ErrClosed), true)
	wantEqual(t, "code for gRPC", status.Code(err), codes.Unavailable)
	var found *Error
	batch := &BatchError{Events: 2, Errors: []*Error{err}}
	wantEqual(t, "in a batch", errors.As(batch, &found) && found == err, true)
}

func TestANewKeyIsTakenWithinASecond(t *testing.T) {
	directory := t.TempDir()
	file := filepath.Join(directory, "key")
	write := func(text string) {
		t.Helper()
		fresh := filepath.Join(directory, "new")
		if err := os.WriteFile(fresh, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Rename(fresh, file); err != nil {
			t.Fatal(err)
		}
	}
	write("first\n")
	key, err := newAPIKey("", file, slog.Default())
	if err != nil {
		t.Fatal(err)
	}
	clock := &testClock{}
	key.now = clock.now
	key.looked.Store(clock.now().UnixNano())
	wantEqual(t, "key", key.get(), "first")
	wantEqual(t, "renewed", key.renewedSince(0), false)
	write("second!\n")
	wantEqual(t, "key", key.get(), "first")
	clock.seconds++

	wantEqual(t, "key", key.get(), "second!")
	wantEqual(t, "renewed", key.renewedSince(0), true)
	wantEqual(t, "renewed again", key.renewedSince(1), false)
	for _, text := range []string{"", "two words"} {
		write(text)
		clock.seconds += 60
		wantEqual(t, "key", key.get(), "second!")
	}
	if err := os.Remove(file); err != nil {
		t.Fatal(err)
	}
	clock.seconds += 60
	wantEqual(t, "key", key.get(), "second!")
}

func TestBadOptionsAreToldAtOnce(t *testing.T) {
	for name, made := range map[string]func() (*Publisher, error){
		"no port":           func() (*Publisher, error) { return New("bridge") },
		"no port in a list": func() (*Publisher, error) { return New("a:1,b") },
		"both keys":         func() (*Publisher, error) { return New("a:1", WithAPIKey("k"), WithAPIKeyFile("f")) },
		"no key file":       func() (*Publisher, error) { return New("a:1", WithAPIKeyFile("/nowhere/key")) },
		"no CA file":        func() (*Publisher, error) { return New("a:1", WithTLS(TLS{CAFile: "/nowhere/ca"})) },
		"half a pair":       func() (*Publisher, error) { return New("a:1", WithTLS(TLS{CertFile: "c"})) },
		"no policy":         func() (*Publisher, error) { return New("a:1", WithPolicy(Policy{})) },
	} {
		if publisher, err := made(); err == nil {
			publisher.Close()
			t.Errorf("%s was taken", name)
		}
	}
}

func TestUUIDsAreRandom(t *testing.T) {
	one, other := newUUID(), newUUID()
	pattern := regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`)
	if !pattern.MatchString(one) || one == other {
		t.Errorf("%s, %s", one, other)
	}
}

func TestEveryNameOfThePolicyIsRead(t *testing.T) {
	decoder := json.NewDecoder(strings.NewReader(string(defaultPolicy)))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&policyFile{}); err != nil {
		t.Error(err)
	}
}
