package dinoevents

import (
	"context"
	"errors"
	"strconv"
	"testing"
	"time"

	"google.golang.org/grpc/codes"
)

func newTestPublisher(t *testing.T, server *scriptedServer, options ...Option) *Publisher {
	t.Helper()
	publisher, err := New(server.address, options...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { publisher.Close() })
	return publisher
}

func patient(t *testing.T) context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	t.Cleanup(cancel)
	return ctx
}

func errorOfCall(t *testing.T, err error) *Error {
	t.Helper()
	var failed *Error
	if !errors.As(err, &failed) {
		t.Fatalf("not an Error: %v", err)
	}
	return failed
}

var (
	silent   = []answer{{Silent: true}}
	succeeds = []answer{{OK: true}}
)

func TestCancellingACallIsTheCallersDoing(t *testing.T) {
	server := startScripted(t, silent)
	ctx, cancel := context.WithCancel(context.Background())
	go func() {
		<-server.called
		cancel()
	}()
	_, err := newTestPublisher(t, server).Publish(ctx, message("a", users(1, 1)))

	failed := errorOfCall(t, err)
	wantEqual(t, "wraps", errors.Is(err, context.Canceled), true)
	wantEqual(t, "maybe published", failed.MaybePublished, true)
	wantEqual(t, "retryable", failed.Retryable, true)
	wantEqual(t, "attempts", server.attemptCount(), 1)
}

func TestADeadlineOfTheContextCounts(t *testing.T) {
	server := startScripted(t, silent)
	ctx, cancel := context.WithTimeout(context.Background(), 100*time.Millisecond)
	defer cancel()
	_, err := newTestPublisher(t, server).Publish(ctx, message("a", users(1, 1)))

	wantEqual(t, "code", errorOfCall(t, err).Code, codes.DeadlineExceeded)
	wantEqual(t, "wraps", errors.Is(err, context.DeadlineExceeded), true)
}

func TestTimeThatRanOutIsAnExceededDeadline(t *testing.T) {
	server := startScripted(t, silent)
	event := message("a", users(1, 1), WithTimeout(100*time.Millisecond))
	_, err := newTestPublisher(t, server).Publish(patient(t), event)

	wantEqual(t, "is", errors.Is(err, context.DeadlineExceeded), true)
}

func TestCancellingABatchEndsAllItsEvents(t *testing.T) {
	server := startScripted(t, silent)
	ctx, cancel := context.WithCancel(context.Background())
	go func() {
		<-server.called
		cancel()
	}()
	events := []*Event{message("0", users(1, 1)), message("1", users(1, 1))}
	results, err := newTestPublisher(t, server).PublishBatch(ctx, events)

	wantEqual(t, "wraps", errors.Is(err, context.Canceled), true)
	wantEqual(t, "what was sent", results[0].Err.MaybePublished, true)
	wantEqual(t, "what was not", results[1].Err.MaybePublished, false)
}

func TestAPublisherThatIsClosedEndsWhatIsInProgress(t *testing.T) {
	server := startScripted(t, silent)
	publisher := newTestPublisher(t, server)
	go func() {
		<-server.called
		publisher.Close()
	}()
	_, err := publisher.Publish(patient(t), message("a", users(1, 1)))
	wantEqual(t, "call", errors.Is(err, ErrClosed), true)
	wantEqual(t, "retryable", errorOfCall(t, err).Retryable, true)

	_, err = publisher.Publish(patient(t), message("a", users(1, 1)))
	wantEqual(t, "later call", errors.Is(err, ErrClosed), true)
	wantEqual(t, "later call, maybe published", errorOfCall(t, err).MaybePublished, false)
}

func TestAPublisherThatIsClosedEndsItsStream(t *testing.T) {
	server := startScripted(t, []answer{{isList: true, Then: &answer{Silent: true}, After: 1}})
	publisher := newTestPublisher(t, server)
	stream := publisher.Stream(patient(t))
	pending, err := stream.Publish(patient(t), message("a", users(1, 1)))
	if err != nil {
		t.Fatal(err)
	}
	<-server.called
	publisher.Close()
	_, err = pending.Wait(patient(t))

	wantEqual(t, "event", errors.Is(err, ErrClosed), true)
	if _, err := stream.Publish(patient(t), message("b", users(1, 1))); !errors.Is(err, ErrClosed) {
		t.Errorf("a further event: %v", err)
	}
	wantEqual(t, "close", stream.Close(), nil)
}

func TestTheEndOfItsContextEndsAStream(t *testing.T) {
	server := startScripted(t, []answer{{isList: true, Then: &answer{Silent: true}, After: 1}})
	ctx, cancel := context.WithCancel(context.Background())
	stream := newTestPublisher(t, server).Stream(ctx)
	pending, err := stream.Publish(patient(t), message("a", users(1, 1)))
	if err != nil {
		t.Fatal(err)
	}
	<-server.called
	cancel()
	_, err = pending.Wait(patient(t))
	wantEqual(t, "event", errors.Is(err, context.Canceled), true)
	_ = stream.Close()
}

func TestAFullWindowHoldsBack(t *testing.T) {
	server := startScripted(t, []answer{{isList: true, Then: &answer{Silent: true}, After: 1}})
	ctx, cancel := context.WithCancel(context.Background())
	stream := newTestPublisher(t, server).Stream(ctx, WithWindow(1))
	if _, err := stream.Publish(patient(t), message("a", users(1, 1))); err != nil {
		t.Fatal(err)
	}
	soon, stop := context.WithTimeout(context.Background(), 50*time.Millisecond)
	defer stop()
	_, err := stream.Publish(soon, message("b", users(2, 2)))
	wantEqual(t, "a second event", err, context.DeadlineExceeded)
	cancel()
	_ = stream.Close()
	wantEqual(t, "received", len(server.received()) <= 1, true)
}

func TestAClosedStreamTellsOfFailuresThatNobodyAskedFor(t *testing.T) {
	refuses := answer{Code: "INVALID_ARGUMENT", Reason: ReasonInvalidField}
	server := startScripted(t, []answer{{isList: true, Results: []answer{refuses, refuses, {OK: true}}}})
	stream := newTestPublisher(t, server).Stream(patient(t))
	var pending []*Pending
	for i := range 3 {
		one, err := stream.Publish(patient(t), message(strconv.Itoa(i), users(int64(i)+1, int64(i)+1)))
		if err != nil {
			t.Fatal(err)
		}
		pending = append(pending, one)
	}
	_, asked := pending[0].Wait(patient(t))
	var failed *BatchError
	if err := stream.Close(); !errors.As(err, &failed) || asked == nil || len(failed.Errors) != 1 || failed.Events != 3 {
		t.Errorf("asked: %v, close: %v", asked, err)
	}
}

func TestManyEventsOfManyUsersStayInOrder(t *testing.T) {
	server := startScripted(t, succeeds)
	stream := newTestPublisher(t, server).Stream(patient(t), WithWindow(50))
	const count, people = 2000, 7
	for i := range count {
		user := int64(i%people + 1)
		if _, err := stream.Publish(patient(t), message(strconv.Itoa(i), users(user, user))); err != nil {
			t.Fatal(err)
		}
	}
	if err := stream.Close(); err != nil {
		t.Fatal(err)
	}
	last := make(map[int64]int)
	for _, one := range server.received() {
		number, _ := strconv.Atoi(textOf(one))
		user := one.GetUserIds()[0]
		if before, again := last[user]; again && number <= before {
			t.Fatalf("%d came after %d", number, before)
		}
		last[user] = number
	}
	wantEqual(t, "received", len(server.received()), count)
}

func TestAnIteratorCanBeLeft(t *testing.T) {
	server := startScripted(t, succeeds)
	publisher := newTestPublisher(t, server)
	taken, yielded := 0, 0
	endless := func(yield func(*Event) bool) {
		for yield(message(strconv.Itoa(taken), users(1, 1))) {
			taken++
		}
	}
	publisher.PublishAll(patient(t), endless, WithWindow(5))(func(*Event, Result) bool {
		yielded++
		return yielded < 20
	})
	wantEqual(t, "yielded", yielded, 20)
}

func TestKeyAndTraceGoWithACall(t *testing.T) {
	server := startScripted(t, succeeds)
	const trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
	publisher := newTestPublisher(t, server, WithAPIKey("secret"), WithTraceparent(func(context.Context) string { return trace }))
	if _, err := publisher.PublishMessage(patient(t), Message{GroupID: testGroup, SenderID: 7, Text: "a", To: users(1, 1)}); err != nil {
		t.Fatal(err)
	}
	wantSlice(t, "key", server.metadata[0].Get("authorization"), []string{"Bearer secret"})
	wantSlice(t, "trace", server.metadata[0].Get("traceparent"), []string{trace})
}

func TestAnEventWithLittleTimeLeavesABatchItsOwn(t *testing.T) {
	server := startScripted(t, []answer{{Silent: true}, {Silent: true}, {OK: true}})
	policy := DefaultPolicy()
	policy.AttemptTimeout = time.Second
	var took []time.Duration
	publisher := newTestPublisher(t, server, WithPolicy(policy), WithHooks(Hooks{
		AttemptEnded: func(one Attempt) { took = append(took, one.Took) },
	}))
	results, _ := publisher.PublishBatch(patient(t), []*Event{
		message("0", users(1, 1)), message("1", users(2, 2), WithTimeout(200*time.Millisecond)), message("2", users(3, 3)),
	})
	wantSlice(t, "outcome", outcomesOfAll(results), []string{"OK", "DEADLINE_EXCEEDED", "OK"})
	wantSlice(t, "received", textsOf(server), []string{"1", "02", "02"})
	if took[1] < policy.AttemptTimeout*9/10 {
		t.Errorf("the others had %v", took[1])
	}
}

func TestHooksAreToldWhatHappens(t *testing.T) {
	server := startScripted(t, []answer{{Code: "UNAVAILABLE", Reason: ReasonBrokerBusy}, {OK: true}})
	var attempts []Attempt
	var ended []string
	waits := 0
	publisher := newTestPublisher(t, server, WithHooks(Hooks{
		AttemptEnded: func(one Attempt) { attempts = append(attempts, one) },
		EventEnded:   func(kind string, result Result, _ time.Duration) { ended = append(ended, kind+" "+outcomeOf(result)) },
		Waiting:      func(time.Duration) { waits++ },
	}))
	if _, err := publisher.Publish(patient(t), message("a", users(1, 1))); err != nil {
		t.Fatal(err)
	}
	wantSlice(t, "ended", ended, []string{"message OK"})
	wantEqual(t, "waits", waits, 1)
	if len(attempts) != 2 || attempts[0].Reason != ReasonBrokerBusy || attempts[1].Code != codes.OK {
		t.Errorf("attempts: %v", attempts)
	}
}

func TestWhatCannotBeEncodedIsNotRepeated(t *testing.T) {
	server := startScripted(t, succeeds)
	publisher := newTestPublisher(t, server)
	for name, event := range map[string]*Event{
		"text": message("a\xff", users(1, 1)),
		"data": NewEvent(Custom{EventType: "poll", GroupID: testGroup, To: users(1, 1), Data: map[string]any{"a": make(chan int)}}),
	} {
		_, err := publisher.Publish(patient(t), event)
		wantEqual(t, name, errorOfCall(t, err).Reason, ReasonInvalidField)
		wantEqual(t, name+" retryable", errorOfCall(t, err).Retryable, false)
	}
	wantEqual(t, "attempts at the server", server.attemptCount(), 0)
}
