package chat

import (
	"context"
	"reflect"
	"sort"
	"testing"

	eventsv1 "github.com/dino-bridge/dino-bridge/clients/go/dino/events/v1"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/timestamppb"
)

func messageRequest(text string, users ...int64) *eventsv1.PublishMessageRequest {
	return &eventsv1.PublishMessageRequest{
		Message: &eventsv1.Message{
			GroupId:        "6cbb3265-2a7f-494d-92ad-f4503d55d49f",
			SenderId:       1234,
			MessageId:      "c87efd18-8879-4c24-8b26-ccb7f40a0fe5",
			MessagePayload: text,
			MessageType:    "text",
			CreatedAt:      &timestamppb.Timestamp{Seconds: 1597877384},
		},
		UserIds: users,
	}
}

// detailOf returns the detail of that kind in an error.
func detailOf[Detail any](t *testing.T, failure *status.Status) Detail {
	t.Helper()
	for _, detail := range failure.Details() {
		if wanted, ok := detail.(Detail); ok {
			return wanted
		}
	}
	var none Detail
	t.Fatalf("no %T in %v", none, failure)
	return none
}

func expectCode(t *testing.T, err error, code codes.Code) *status.Status {
	t.Helper()
	failure := status.Convert(err)
	if failure.Code() != code {
		t.Fatalf("expected %v, got %v", code, err)
	}
	return failure
}

func expectReason(t *testing.T, failure *status.Status, reason string) {
	t.Helper()
	info := detailOf[*errdetails.ErrorInfo](t, failure)
	if info.Reason != reason || info.Domain != "dino.events" {
		t.Errorf("expected %v, got %v", reason, info)
	}
}

func expectBadFields(t *testing.T, failure *status.Status, wanted ...string) {
	t.Helper()
	var fields []string
	for _, violation := range detailOf[*errdetails.BadRequest](t, failure).FieldViolations {
		fields = append(fields, violation.Field)
	}
	sort.Strings(fields)
	if !reflect.DeepEqual(fields, wanted) {
		t.Errorf("expected the bad fields %v, got %v", wanted, fields)
	}
}

func getInfo(ctx context.Context, t *testing.T,
	caller eventsv1.EventPublisherServiceClient) *eventsv1.GetServerInfoResponse {
	t.Helper()
	info, err := caller.GetServerInfo(ctx, &eventsv1.GetServerInfoRequest{})
	if err != nil {
		t.Fatal(err)
	}
	return info
}
