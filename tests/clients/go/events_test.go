package chat

import (
	"context"
	"fmt"
	"testing"

	eventsv1 "github.com/dino-bridge/dino-bridge/clients/go/dino/events/v1"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
)

// A publish makes a call of one method with a request as JSON.
type publish func(ctx context.Context, json []byte) (proto.Message, *eventsv1.Delivery, error)

func by[Request any, RequestMessage interface {
	*Request
	proto.Message
}, Response interface{ GetDelivery() *eventsv1.Delivery }](
	method func(context.Context, RequestMessage, ...grpc.CallOption) (Response, error)) publish {
	return func(ctx context.Context, json []byte) (proto.Message, *eventsv1.Delivery, error) {
		request := RequestMessage(new(Request))
		if err := protojson.Unmarshal(json, request); err != nil {
			return nil, nil, err
		}
		response, err := method(ctx, request)
		return request, response.GetDelivery(), err
	}
}

// usersOf returns the users whom a request is for.
func usersOf(request proto.Message) []int64 {
	users := request.(interface{ GetUserIds() []int64 }).GetUserIds()
	if group, ok := request.(*eventsv1.PublishGroupRequest); ok && len(users) == 0 {
		users = group.Group.UserIds
	}
	return users
}

func TestEventsArriveByteByByte(t *testing.T) {
	caller := callerOf(t, "STAGE_BRIDGE")
	for _, row := range []struct {
		name    string
		publish publish
	}{
		{"group", by(caller.PublishGroup)},
		{"message", by(caller.PublishMessage)},
		{"message_half_second", by(caller.PublishMessage)},
		{"message_hard_text", by(caller.PublishMessage)},
		{"attachment", by(caller.PublishAttachment)},
		{"edit", by(caller.PublishEdit)},
		{"action_log", by(caller.PublishActionLog)},
		{"read", by(caller.PublishRead)},
		{"join", by(caller.PublishJoin)},
		{"leave", by(caller.PublishLeave)},
		{"delete_attachment", by(caller.PublishDeleteAttachment)},
		{"delete_message", by(caller.PublishDeleteMessage)},
		{"custom", by(caller.PublishCustom)},
	} {
		t.Run(row.name, func(t *testing.T) {
			inbox := subscribe(t)
			request, delivery, err := row.publish(patient(t), golden(t, row.name+".request.json"))
			if err != nil {
				t.Fatal(err)
			}
			expectArrivals(t, inbox, usersOf(request), delivery,
				string(golden(t, row.name+".event.json")))
		})
	}
}

func expectArrivals(t *testing.T, inbox subscriber, users []int64, delivery *eventsv1.Delivery,
	payload string) {
	t.Helper()
	if int(delivery.AcknowledgedCount) != len(users) {
		t.Errorf("expected %d acknowledged, got %v", len(users), delivery)
	}
	open := make(map[string]bool)
	for _, user := range users {
		open[fmt.Sprintf("dms/dev/%d", user)] = true
	}
	for range users {
		one := inbox.next()
		if !open[one.topic] {
			t.Errorf("one too many at %v", one.topic)
		}
		delete(open, one.topic)
		if one.payload != payload {
			t.Errorf("expected %v, got %v", payload, one.payload)
		}
		if one.qos != "1" || one.payloadFormat != "1" || one.contentType != "application/json" ||
			one.userProperties["event_id"] != delivery.EventId {
			t.Errorf("wrong properties: %+v", one)
		}
	}
}
