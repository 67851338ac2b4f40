package dinoeventstest_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/dino-bridge/dino-bridge/clients/go/dinoevents"
	"github.com/dino-bridge/dino-bridge/clients/go/dinoevents/dinoeventstest"
	"google.golang.org/grpc/codes"
)

const group = "6cbb3265-2a7f-494d-92ad-f4503d55d49f"

func lunch(to ...int64) dinoevents.Message {
	return dinoevents.Message{GroupID: group, SenderID: 7, Text: "Lunch?", MessageID: group, CreatedAt: time.Unix(1, 0), To: to}
}

func patient(t *testing.T) context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	t.Cleanup(cancel)
	return ctx
}

// The code of a backend.
func invite(ctx context.Context, publisher *dinoevents.Publisher, to ...int64) error {
	_, err := publisher.PublishMessage(ctx, lunch(to...))
	return err
}

func ExampleNew() {
	var t exampleTB // The test's *testing.T.
	defer t.end()
	fake := dinoeventstest.New(&t)
	if err := invite(context.Background(), fake.Publisher, 1234, 4321); err != nil {
		fmt.Println(err)
	}
	event := fake.Events()[0].GetMessage()
	fmt.Println(event.GetMessage().GetMessagePayload(), event.GetUserIds())
	// Output: Lunch? [1234 4321]
}

// exampleTB is a test's, for examples, which have none.
type exampleTB struct{ cleanups []func() }

func (t *exampleTB) Helper()                {}
func (t *exampleTB) Cleanup(cleanup func()) { t.cleanups = append(t.cleanups, cleanup) }
func (t *exampleTB) Fatal(args ...any)      { panic(fmt.Sprint(args...)) }

func (t *exampleTB) end() {
	for _, cleanup := range t.cleanups {
		cleanup()
	}
}

func TestInvalidEventsAreRefusedAsByTheServer(t *testing.T) {
	fake := dinoeventstest.New(t)
	_, err := fake.Publisher.PublishMessage(patient(t), dinoevents.Message{GroupID: "group"})

	var failed *dinoevents.Error
	if !errors.As(err, &failed) || failed.Reason != dinoevents.ReasonInvalidField || failed.Retryable {
		t.Fatalf("got %v", err)
	}
	var fields []string
	for _, one := range failed.Violations {
		fields = append(fields, one.Field)
	}
	want := "[message.group_id message.sender_id message.message_payload user_ids]"
	if fmt.Sprint(fields) != want || len(fake.Events()) != 0 {
		t.Errorf("got %v, want %s; %d events", fields, want, len(fake.Events()))
	}
}

func TestItFailsOnDemand(t *testing.T) {
	for name, one := range map[string]struct {
		asked     dinoevents.Error
		code      codes.Code
		retryable bool
		maybe     bool
	}{
		"a busy broker": {dinoevents.Error{Reason: dinoevents.ReasonBrokerBusy}, codes.Unavailable, true, true},
		"a quota": {
			dinoevents.Error{Reason: dinoevents.ReasonCallerQuota, RetryAfter: time.Second}, codes.ResourceExhausted, true, false,
		},
		"a deadline":      {dinoevents.Error{Code: codes.DeadlineExceeded}, codes.DeadlineExceeded, true, true},
		"no right":        {dinoevents.Error{Reason: dinoevents.ReasonCallerNotAllowed}, codes.PermissionDenied, false, false},
		"a broken broker": {dinoevents.Error{Reason: dinoevents.ReasonBrokerRefused, RecipientCount: 2}, codes.Internal, false, true},
	} {
		t.Run(name, func(t *testing.T) {
			fake := dinoeventstest.New(t)
			for way, publish := range ways {
				fake.FailNext(&one.asked)
				err := publish(patient(t), fake.Publisher, lunch(1))
				var failed *dinoevents.Error
				if !errors.As(err, &failed) {
					t.Fatalf("%s: got %v", way, err)
				}
				if failed.Code != one.code || failed.Reason != one.asked.Reason || failed.Retryable != one.retryable ||
					failed.MaybePublished != one.maybe || failed.RetryAfter != one.asked.RetryAfter {
					t.Errorf("%s: got %+v", way, failed)
				}
			}
			if err := invite(patient(t), fake.Publisher, 1); err != nil || len(fake.Events()) != 1 {
				t.Errorf("afterwards: %v, %d events", err, len(fake.Events()))
			}
		})
	}
}

var ways = map[string]func(context.Context, *dinoevents.Publisher, dinoevents.Content) error{
	"call": func(ctx context.Context, p *dinoevents.Publisher, content dinoevents.Content) error {
		_, err := p.Publish(ctx, dinoevents.NewEvent(content))
		return err
	},
	"batch": func(ctx context.Context, p *dinoevents.Publisher, content dinoevents.Content) error {
		_, err := p.PublishBatch(ctx, []*dinoevents.Event{dinoevents.NewEvent(content)})
		return err
	},
	"stream": func(ctx context.Context, p *dinoevents.Publisher, content dinoevents.Content) error {
		stream := p.Stream(ctx)
		if _, err := stream.Publish(ctx, dinoevents.NewEvent(content)); err != nil {
			return err
		}
		return stream.Close()
	},
}

func TestARepeatedKeyCompletesAndAnotherEventMayNotHaveIt(t *testing.T) {
	fake := dinoeventstest.New(t)
	publish := func(to ...int64) (*dinoevents.Delivery, error) {
		return fake.Publisher.PublishMessage(patient(t), lunch(to...), dinoevents.WithKey("k"))
	}
	first, err := publish(1, 2)
	again, errAgain := publish(2, 1, 1)
	if err != nil || errAgain != nil || first.Replayed || !again.Replayed || first.EventID != again.EventID {
		t.Errorf("%+v %v, %+v %v", first, err, again, errAgain)
	}
	var failed *dinoevents.Error
	if _, err := publish(1, 3); !errors.As(err, &failed) || failed.Reason != dinoevents.ReasonIdempotencyKeyReused {
		t.Errorf("got %v", err)
	}
	if len(fake.Events()) != 1 {
		t.Errorf("%d events", len(fake.Events()))
	}
}

func TestAnErrorThatIsChangedLaterFailsAsItWas(t *testing.T) {
	fake := dinoeventstest.New(t)
	asked := &dinoevents.Error{Reason: dinoevents.ReasonBrokerRefused}
	fake.FailNext(asked)
	asked.Reason = dinoevents.ReasonBrokerLimit
	fake.FailNext(asked)
	for _, want := range []dinoevents.Reason{dinoevents.ReasonBrokerRefused, dinoevents.ReasonBrokerLimit} {
		var failed *dinoevents.Error
		if err := invite(patient(t), fake.Publisher, 1); !errors.As(err, &failed) || failed.Reason != want {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}

func TestTheIDOfAKeyIsTheServers(t *testing.T) {
	delivery, err := dinoeventstest.New(t).Publisher.PublishMessage(patient(t), lunch(1), dinoevents.WithKey("k"))
	if err != nil {
		t.Fatal(err)
	}
	if delivery.EventID != "3e957070-0ad7-552a-a87f-85a497419896" { // uuid5 of "anonymous k".
		t.Errorf("got %s", delivery.EventID)
	}
}

func TestLargeGroupsAndDryRuns(t *testing.T) {
	fake := dinoeventstest.New(t)
	many := make([]int64, 25_000)
	for i := range many {
		many[i] = int64(i) + 1
	}
	delivery, err := fake.Publisher.PublishMessage(patient(t), lunch(many...))
	if err != nil || delivery.AcknowledgedCount != len(many) {
		t.Errorf("%+v %v", delivery, err)
	}
	dry, err := fake.Publisher.PublishMessage(patient(t), lunch(1), dinoevents.WithValidateOnly())
	if err != nil || dry.RecipientCount != 1 || dry.AcknowledgedCount != 0 || len(fake.Events()) != 1 {
		t.Errorf("%+v %v", dry, err)
	}
}

func TestABatchTellsOfEachEvent(t *testing.T) {
	fake := dinoeventstest.New(t)
	events := []*dinoevents.Event{dinoevents.NewEvent(lunch(1)), dinoevents.NewEvent(lunch()), dinoevents.NewEvent(lunch(2))}
	results, err := fake.Publisher.PublishBatch(patient(t), events)
	var failed *dinoevents.BatchError
	if !errors.As(err, &failed) || len(failed.Errors) != 1 || results[1].Err == nil || results[2].Err != nil {
		t.Errorf("%v, %v", results, err)
	}
}
