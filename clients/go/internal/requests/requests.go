// Package requests knows the requests that publish one event.
package requests

import (
	eventsv1 "github.com/dino-bridge/dino-bridge/clients/go/dino/events/v1"
	"google.golang.org/protobuf/proto"
)

// Request is the request of an RPC that publishes one event.
type Request interface {
	proto.Message
	GetUserIds() []int64
	GetOptions() *eventsv1.PublishOptions
}

// Response is its response.
type Response interface {
	proto.Message
	GetDelivery() *eventsv1.Delivery
}

// RPC is how a kind of event is published.
type RPC struct {
	Method      string // With the service, as gRPC wants it.
	NewResponse func() Response
}

// RPCs has those of all kinds.
var RPCs = map[string]*RPC{
	"group":             {eventsv1.EventPublisherService_PublishGroup_FullMethodName, func() Response { return new(eventsv1.PublishGroupResponse) }},
	"message":           {eventsv1.EventPublisherService_PublishMessage_FullMethodName, func() Response { return new(eventsv1.PublishMessageResponse) }},
	"attachment":        {eventsv1.EventPublisherService_PublishAttachment_FullMethodName, func() Response { return new(eventsv1.PublishAttachmentResponse) }},
	"edit":              {eventsv1.EventPublisherService_PublishEdit_FullMethodName, func() Response { return new(eventsv1.PublishEditResponse) }},
	"action_log":        {eventsv1.EventPublisherService_PublishActionLog_FullMethodName, func() Response { return new(eventsv1.PublishActionLogResponse) }},
	"read":              {eventsv1.EventPublisherService_PublishRead_FullMethodName, func() Response { return new(eventsv1.PublishReadResponse) }},
	"join":              {eventsv1.EventPublisherService_PublishJoin_FullMethodName, func() Response { return new(eventsv1.PublishJoinResponse) }},
	"leave":             {eventsv1.EventPublisherService_PublishLeave_FullMethodName, func() Response { return new(eventsv1.PublishLeaveResponse) }},
	"delete_attachment": {eventsv1.EventPublisherService_PublishDeleteAttachment_FullMethodName, func() Response { return new(eventsv1.PublishDeleteAttachmentResponse) }},
	"delete_message":    {eventsv1.EventPublisherService_PublishDeleteMessage_FullMethodName, func() Response { return new(eventsv1.PublishDeleteMessageResponse) }},
	"custom":            {eventsv1.EventPublisherService_PublishCustom_FullMethodName, func() Response { return new(eventsv1.PublishCustomResponse) }},
}

// KindOf is the kind of the event of a request: a field of EventRequest. Empty: there is none.
func KindOf(r proto.Message) string {
	switch r.(type) {
	case *eventsv1.PublishGroupRequest:
		return "group"
	case *eventsv1.PublishMessageRequest:
		return "message"
	case *eventsv1.PublishAttachmentRequest:
		return "attachment"
	case *eventsv1.PublishEditRequest:
		return "edit"
	case *eventsv1.PublishActionLogRequest:
		return "action_log"
	case *eventsv1.PublishReadRequest:
		return "read"
	case *eventsv1.PublishJoinRequest:
		return "join"
	case *eventsv1.PublishLeaveRequest:
		return "leave"
	case *eventsv1.PublishDeleteAttachmentRequest:
		return "delete_attachment"
	case *eventsv1.PublishDeleteMessageRequest:
		return "delete_message"
	case *eventsv1.PublishCustomRequest:
		return "custom"
	}
	return ""
}

// Rebuilt is the same request with other users and options.
func Rebuilt(r Request, users []int64, options *eventsv1.PublishOptions) Request {
	switch r := r.(type) {
	case *eventsv1.PublishGroupRequest:
		return &eventsv1.PublishGroupRequest{Group: r.Group, UserIds: users, Options: options}
	case *eventsv1.PublishMessageRequest:
		return &eventsv1.PublishMessageRequest{Message: r.Message, UserIds: users, Options: options}
	case *eventsv1.PublishAttachmentRequest:
		return &eventsv1.PublishAttachmentRequest{Message: r.Message, UserIds: users, Options: options}
	case *eventsv1.PublishEditRequest:
		return &eventsv1.PublishEditRequest{Message: r.Message, UserIds: users, Options: options}
	case *eventsv1.PublishActionLogRequest:
		return &eventsv1.PublishActionLogRequest{Message: r.Message, UserIds: users, Options: options}
	case *eventsv1.PublishReadRequest:
		return &eventsv1.PublishReadRequest{Read: r.Read, UserIds: users, Options: options}
	case *eventsv1.PublishJoinRequest:
		return &eventsv1.PublishJoinRequest{Join: r.Join, UserIds: users, Options: options}
	case *eventsv1.PublishLeaveRequest:
		return &eventsv1.PublishLeaveRequest{Leave: r.Leave, UserIds: users, Options: options}
	case *eventsv1.PublishDeleteAttachmentRequest:
		return &eventsv1.PublishDeleteAttachmentRequest{DeleteAttachment: r.DeleteAttachment, UserIds: users, Options: options}
	case *eventsv1.PublishDeleteMessageRequest:
		return &eventsv1.PublishDeleteMessageRequest{DeleteMessage: r.DeleteMessage, UserIds: users, Options: options}
	case *eventsv1.PublishCustomRequest:
		return &eventsv1.PublishCustomRequest{
			Custom: r.Custom, UserIds: users, Options: options, Topics: r.Topics, Overlays: r.Overlays,
		}
	}
	panic("dinoevents: not the request of an event")
}

// Wrapped is the request as batches and streams take it.
func Wrapped(r Request) *eventsv1.EventRequest {
	switch r := r.(type) {
	case *eventsv1.PublishGroupRequest:
		return &eventsv1.EventRequest{Request: &eventsv1.EventRequest_Group{Group: r}}
	case *eventsv1.PublishMessageRequest:
		return &eventsv1.EventRequest{Request: &eventsv1.EventRequest_Message{Message: r}}
	case *eventsv1.PublishAttachmentRequest:
		return &eventsv1.EventRequest{Request: &eventsv1.EventRequest_Attachment{Attachment: r}}
	case *eventsv1.PublishEditRequest:
		return &eventsv1.EventRequest{Request: &eventsv1.EventRequest_Edit{Edit: r}}
	case *eventsv1.PublishActionLogRequest:
		return &eventsv1.EventRequest{Request: &eventsv1.EventRequest_ActionLog{ActionLog: r}}
	case *eventsv1.PublishReadRequest:
		return &eventsv1.EventRequest{Request: &eventsv1.EventRequest_Read{Read: r}}
	case *eventsv1.PublishJoinRequest:
		return &eventsv1.EventRequest{Request: &eventsv1.EventRequest_Join{Join: r}}
	case *eventsv1.PublishLeaveRequest:
		return &eventsv1.EventRequest{Request: &eventsv1.EventRequest_Leave{Leave: r}}
	case *eventsv1.PublishDeleteAttachmentRequest:
		return &eventsv1.EventRequest{Request: &eventsv1.EventRequest_DeleteAttachment{DeleteAttachment: r}}
	case *eventsv1.PublishDeleteMessageRequest:
		return &eventsv1.EventRequest{Request: &eventsv1.EventRequest_DeleteMessage{DeleteMessage: r}}
	case *eventsv1.PublishCustomRequest:
		return &eventsv1.EventRequest{Request: &eventsv1.EventRequest_Custom{Custom: r}}
	}
	panic("dinoevents: not the request of an event")
}

// Unwrapped is the request in an event. nil: there is none.
func Unwrapped(event *eventsv1.EventRequest) Request {
	switch r := event.GetRequest().(type) {
	case *eventsv1.EventRequest_Group:
		return r.Group
	case *eventsv1.EventRequest_Message:
		return r.Message
	case *eventsv1.EventRequest_Attachment:
		return r.Attachment
	case *eventsv1.EventRequest_Edit:
		return r.Edit
	case *eventsv1.EventRequest_ActionLog:
		return r.ActionLog
	case *eventsv1.EventRequest_Read:
		return r.Read
	case *eventsv1.EventRequest_Join:
		return r.Join
	case *eventsv1.EventRequest_Leave:
		return r.Leave
	case *eventsv1.EventRequest_DeleteAttachment:
		return r.DeleteAttachment
	case *eventsv1.EventRequest_DeleteMessage:
		return r.DeleteMessage
	case *eventsv1.EventRequest_Custom:
		return r.Custom
	}
	return nil
}
