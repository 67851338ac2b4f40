package dinoevents_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/dino-bridge/dino-bridge/clients/go/dinoevents"
	"github.com/dino-bridge/dino-bridge/clients/go/dinoevents/dinoeventstest"
)

const (
	group = "6cbb3265-2a7f-494d-92ad-f4503d55d49f"
	chat  = "0f9c2d1e-7a34-4b58-9c6d-2e1f8a7b3c40"
)

var ctx = context.Background()

// newPublisher stands for dinoevents.New("dino-bridge:50051").
func newPublisher() (*dinoevents.Publisher, *dinoeventstest.Fake) {
	fake := dinoeventstest.New(noTB{})
	return fake.Publisher, fake
}

type noTB struct{}

func (noTB) Helper()           {}
func (noTB) Cleanup(func())    {} // The examples' connections end with the program.
func (noTB) Fatal(args ...any) { panic(fmt.Sprint(args...)) }

func ExamplePublisher() {
	publisher, _ := newPublisher()
	defer publisher.Close()
	delivery, err := publisher.PublishMessage(ctx, dinoevents.Message{
		GroupID: group, SenderID: 1234, Text: "Lunch?", To: []int64{1234, 4321},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("acknowledged for", delivery.AcknowledgedCount)
	// Output: acknowledged for 2
}

func ExampleError() {
	publisher, fake := newPublisher()
	defer publisher.Close()
	fake.FailNext(&dinoevents.Error{Reason: dinoevents.ReasonBrokerBusy, ResumeToken: []byte("token")})
	message := dinoevents.Message{GroupID: group, SenderID: 1234, Text: "Lunch?", To: []int64{1234, 4321}}

	var failed *dinoevents.Error
	_, err := publisher.PublishMessage(ctx, message, dinoevents.WithKey("row-17"))
	if errors.As(err, &failed) && failed.Retryable {
		// Nothing is wrong with the event. Keep it, and later:
		_, err = publisher.PublishMessage(ctx, message,
			dinoevents.WithKey(failed.Key), dinoevents.WithResumeToken(failed.ResumeToken))
	}
	fmt.Println(failed.Reason, err)
	// Output: BROKER_BUSY <nil>
}

func ExamplePublisher_PublishBatch() {
	publisher, _ := newPublisher()
	defer publisher.Close()
	results, err := publisher.PublishBatch(ctx, []*dinoevents.Event{
		dinoevents.NewEvent(dinoevents.Message{GroupID: group, SenderID: 1234, Text: "Lunch?", To: []int64{1, 2}}),
		dinoevents.NewEvent(dinoevents.Read{GroupID: chat, UserID: 1234, To: []int64{4321, 1234, 7}}),
	})
	for _, result := range results {
		if result.Err != nil {
			fmt.Println(result.Err.Violations)
		}
	}
	fmt.Println(err != nil)
	// Output:
	// [{user_ids must name at most 2 different ones}]
	// true
}

func ExamplePublisher_Stream() {
	publisher, fake := newPublisher()
	defer publisher.Close()
	stream := publisher.Stream(ctx)
	for _, text := range []string{"Lunch?", "Anyone?"} {
		event := dinoevents.NewEvent(dinoevents.Message{GroupID: group, SenderID: 1234, Text: text, To: []int64{4321}})
		if _, err := stream.Publish(ctx, event); err != nil { // Waits only while the window is full.
			fmt.Println(err)
		}
	}
	fmt.Println(stream.Close(), len(fake.Events())) // Waits for all.
	// Output: <nil> 2
}

func ExamplePublisher_PublishAll() {
	publisher, _ := newPublisher()
	defer publisher.Close()
	texts := func(yield func(*dinoevents.Event) bool) {
		for _, text := range []string{"Lunch?", ""} {
			message := dinoevents.Message{GroupID: group, SenderID: 1234, Text: text, To: []int64{4321}}
			if !yield(dinoevents.NewEvent(message, dinoevents.WithKey("say:"+text))) {
				return
			}
		}
	}
	// With Go 1.23 or newer: for event, result := range publisher.PublishAll(ctx, texts) {
	publisher.PublishAll(ctx, texts)(func(event *dinoevents.Event, result dinoevents.Result) bool {
		fmt.Println(event.Kind(), result.Err == nil)
		return true
	})
	// Output:
	// message true
	// message false
}
