package chat

import (
	"context"
	"io"
	"strings"
	"sync/atomic"
	"testing"

	eventsv1 "github.com/dino-bridge/dino-bridge/clients/go/dino/events/v1"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

func eventOf(request *eventsv1.PublishMessageRequest) *eventsv1.EventRequest {
	return &eventsv1.EventRequest{Request: &eventsv1.EventRequest_Message{Message: request}}
}

func TestAnInvalidEventOfABatchFailsAlone(t *testing.T) {
	inbox := subscribe(t)
	response, err := callerOf(t, "STAGE_BRIDGE").PublishBatch(patient(t),
		&eventsv1.PublishBatchRequest{Events: []*eventsv1.EventRequest{
			eventOf(messageRequest("first", 1)),
			eventOf(messageRequest("nobody")),
			eventOf(messageRequest("last", 1)),
		}})
	if err != nil || len(response.Results) != 3 {
		t.Fatal(response, err)
	}
	for i, text := range map[int]string{0: `"first"`, 2: `"last"`} {
		if response.Results[i].GetDelivery().GetAcknowledgedCount() != 1 {
			t.Errorf("expected a delivery of %v, got %v", text, response.Results[i])
		}
	}
	failure := status.FromProto(response.Results[1].GetError())
	if failure.Code() != codes.InvalidArgument {
		t.Errorf("got %v", failure)
	}
	expectBadFields(t, failure, "user_ids")
	for _, text := range []string{`"first"`, `"last"`} {
		if payload := inbox.next().payload; !strings.Contains(payload, text) {
			t.Errorf("expected %v, got %v", text, payload)
		}
	}
}

type eventStream = eventsv1.EventPublisherService_PublishStreamClient

func openStream(t *testing.T) eventStream {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 6*patience)
	t.Cleanup(cancel)
	stream, err := callerOf(t, "STAGE_BRIDGE").PublishStream(ctx)
	if err != nil {
		t.Fatal(err)
	}
	return stream
}

// send sends so many events, counts them in `sent`, and ends the requests.
func send(stream eventStream, count int, text string, sent *atomic.Int64) {
	for i := 0; i < count; i++ {
		if stream.Send(&eventsv1.PublishStreamRequest{
			Sequence: uint64(i),
			Event:    eventOf(messageRequest(text, int64(i%100+1))),
		}) != nil {
			return
		}
		sent.Add(1)
	}
	stream.CloseSend()
}

// expectAnswers reads all answers, and checks that each event got one.
func expectAnswers(t *testing.T, stream eventStream, count int) {
	t.Helper()
	answered := make(map[uint64]bool)
	for {
		answer, err := stream.Recv()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if answered[answer.Sequence] || answer.Sequence >= uint64(count) {
			t.Fatalf("a wrong sequence: %v", answer)
		}
		answered[answer.Sequence] = true
		if answer.Result.GetDelivery().GetAcknowledgedCount() != 1 {
			t.Fatalf("got %v", answer)
		}
	}
	if len(answered) != count {
		t.Errorf("expected %d answers, got %d", count, len(answered))
	}
}

func TestEveryEventOfAStreamIsAnswered(t *testing.T) {
	const count = 5000
	stream := openStream(t)
	var sent atomic.Int64
	go send(stream, count, "hello", &sent)

	expectAnswers(t, stream, count)
}

func TestAStreamWhoseAnswersAreNotReadIsHeldBack(t *testing.T) {
	const count = 10000
	stream := openStream(t)
	var sent atomic.Int64
	go send(stream, count, strings.Repeat("x", 4096), &sent)
	waitForStandstill(t, &sent)
	if at := sent.Load(); at < 1000 || at == count {
		t.Errorf("held back after %d events", at)
	}

	expectAnswers(t, stream, count)
}

// waitForStandstill returns when a hundred calls were answered while nothing was sent.
func waitForStandstill(t *testing.T, sent *atomic.Int64) {
	t.Helper()
	other := callerOf(t, "STAGE_BRIDGE")
	for before := int64(-1); before != sent.Load(); {
		before = sent.Load()
		for i := 0; i < 100; i++ {
			getInfo(patient(t), t, other)
		}
	}
}
