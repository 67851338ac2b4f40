package chat

import (
	"context"
	"os"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	eventsv1 "github.com/dino-bridge/dino-bridge/clients/go/dino/events/v1"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/types/known/durationpb"
)

func TestEveryBadFieldIsNamed(t *testing.T) {
	request := messageRequest("hello", 1, 0)
	request.Message.GroupId = "group/+/#"
	request.Message.MessageType = "Text"
	request.Message.CreatedAt = nil
	request.Options = &eventsv1.PublishOptions{Expiry: &durationpb.Duration{Seconds: -5}}
	_, err := callerOf(t, "STAGE_BRIDGE").PublishMessage(patient(t), request)

	failure := expectCode(t, err, codes.InvalidArgument)
	expectReason(t, failure, "INVALID_FIELD")
	expectBadFields(t, failure, "message.created_at", "message.group_id", "message.message_type",
		"options.expiry", "user_ids[1]")
}

func TestWithoutABrokerItIsSaidWhenToRepeat(t *testing.T) {
	caller := callerOf(t, "STAGE_BRIDGE_WITHOUT_BROKER")
	_, err := caller.PublishMessage(patient(t), messageRequest("hello", 1))

	failure := expectCode(t, err, codes.Unavailable)
	expectReason(t, failure, "BROKER_UNREACHABLE")
	if retry := detailOf[*errdetails.RetryInfo](t, failure); retry.RetryDelay.AsDuration() <= 0 {
		t.Errorf("expected a delay, got %v", retry)
	}
}

func TestACallEndsAtItsDeadline(t *testing.T) {
	inbox := subscribe(t)
	broker, err := strconv.Atoi(os.Getenv("STAGE_BROKER_PID"))
	if err != nil {
		t.Fatal(err)
	}
	syscall.Kill(broker, syscall.SIGSTOP)
	ctx, cancel := context.WithTimeout(context.Background(), 300*time.Millisecond)
	defer cancel()
	caller := callerOf(t, "STAGE_BRIDGE")
	_, err = caller.PublishMessage(ctx, messageRequest("late", 1))
	syscall.Kill(broker, syscall.SIGCONT)

	expectCode(t, err, codes.DeadlineExceeded)
	// It may be on its way, before whatever comes later. No other test is to receive it.
	if _, err := caller.PublishMessage(patient(t), messageRequest("next", 1)); err != nil {
		t.Fatal(err)
	}
	for !strings.Contains(inbox.next().payload, `"message_payload":"next"`) {
	}
}
