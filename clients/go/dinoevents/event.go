package dinoevents

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	eventsv1 "github.com/dino-bridge/dino-bridge/clients/go/dino/events/v1"
	"github.com/dino-bridge/dino-bridge/clients/go/internal/requests"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/structpb"
	"google.golang.org/protobuf/types/known/timestamppb"
)

// Event is an event, ready to be published by one call, in a batch or on a stream. It is not changed
// by that, and may be published again.
type Event struct {
	kind       string
	request    requests.Request
	timeout    time.Duration // 0: the publisher's.
	violations []Violation
}

// NewEvent makes an event, which keeps nothing of the content's slices and maps: they may be used again.
// What is wrong with it is told when it is published.
func NewEvent(content Content, options ...EventOption) *Event {
	r, violations := content.event()
	return newEvent(r, violations, options)
}

// EventOf makes an event of a request made by hand, such as a PublishMessageRequest, which must not
// be changed from then on.
func EventOf(message proto.Message, options ...EventOption) (*Event, error) {
	r, isRequest := message.(requests.Request)
	if !isRequest || requests.KindOf(r) == "" {
		return nil, fmt.Errorf("dinoevents: %T is not a request that publishes one event", message)
	}
	return newEvent(r, nil, options), nil
}

func newEvent(r requests.Request, violations []Violation, options []EventOption) *Event {
	event := &Event{kind: requests.KindOf(r), request: r, violations: violations}
	if len(options) == 0 {
		return event
	}
	chosen := &eventsv1.PublishOptions{}
	if given := r.GetOptions(); given != nil {
		chosen = proto.Clone(given).(*eventsv1.PublishOptions)
	}
	for _, option := range options {
		option.applyEvent(event, chosen)
	}
	event.request = requests.Rebuilt(r, r.GetUserIds(), chosen)
	return event
}

// Kind is the kind of the event, such as "message": a field of EventRequest.
func (e *Event) Kind() string { return e.kind }

// Request is the request of the RPC that publishes it. It must not be changed.
func (e *Event) Request() proto.Message { return e.request }

// required is nil for no time.
func required(t time.Time) *timestamppb.Timestamp {
	if t.IsZero() {
		return nil
	}
	return timestamppb.New(t)
}

func orNow(t time.Time) *timestamppb.Timestamp {
	if t.IsZero() {
		return timestamppb.Now()
	}
	return timestamppb.New(t)
}

func (m *Message) message() *eventsv1.Message {
	message := &eventsv1.Message{
		GroupId: m.GroupID, SenderId: m.SenderID, MessageId: m.MessageID, MessagePayload: m.Text,
		MessageType: cmp.Or(m.MessageType, "text"), CreatedAt: required(m.CreatedAt),
	}
	if m.FileID != "" {
		message.FileId = &m.FileID
	}
	return message
}

// posted is a message that is new.
func (m *Message) posted() *eventsv1.Message {
	message := m.message()
	if message.MessageId == "" {
		message.MessageId = newUUID()
	}
	if message.CreatedAt == nil {
		message.CreatedAt = timestamppb.Now()
	}
	return message
}

func (m Message) event() (requests.Request, []Violation) {
	return &eventsv1.PublishMessageRequest{Message: m.posted(), UserIds: slices.Clone(m.To)}, nil
}

func (a Attachment) event() (requests.Request, []Violation) {
	m := Message(a)
	return &eventsv1.PublishAttachmentRequest{Message: m.posted(), UserIds: slices.Clone(a.To)}, nil
}

func (e Edit) event() (requests.Request, []Violation) {
	m := Message(e)
	return &eventsv1.PublishEditRequest{Message: m.message(), UserIds: slices.Clone(e.To)}, nil
}

func (a ActionLog) event() (requests.Request, []Violation) {
	m := Message(a)
	return &eventsv1.PublishActionLogRequest{Message: m.posted(), UserIds: slices.Clone(a.To)}, nil
}

func (g Group) event() (requests.Request, []Violation) {
	group := &eventsv1.Group{
		GroupId: g.GroupID, Name: g.Name, CreatedAt: required(g.CreatedAt), UpdatedAt: required(g.UpdatedAt),
		LastMessageTime: required(g.LastMessageTime), GroupType: cmp.Or(g.GroupType, MultiUser),
		OwnerId: g.OwnerID, UserIds: slices.Clone(g.UserIDs),
	}
	return &eventsv1.PublishGroupRequest{Group: group, UserIds: slices.Clone(g.To)}, nil
}

func (r Read) event() (requests.Request, []Violation) {
	read := &eventsv1.Read{GroupId: r.GroupID, UserId: r.UserID, ReadAt: orNow(r.ReadAt), GroupType: OneToOne}
	return &eventsv1.PublishReadRequest{Read: read, UserIds: slices.Clone(r.To)}, nil
}

func (j Join) event() (requests.Request, []Violation) {
	join := &eventsv1.Join{GroupId: j.GroupID, CreatedAt: orNow(j.CreatedAt), UserIds: slices.Clone(j.UserIDs)}
	return &eventsv1.PublishJoinRequest{Join: join, UserIds: slices.Clone(j.To)}, nil
}

func (l Leave) event() (requests.Request, []Violation) {
	leave := &eventsv1.Leave{GroupId: l.GroupID, CreatedAt: orNow(l.CreatedAt), UserId: l.UserID}
	return &eventsv1.PublishLeaveRequest{Leave: leave, UserIds: slices.Clone(l.To)}, nil
}

func (d DeleteAttachment) event() (requests.Request, []Violation) {
	content := &eventsv1.DeleteAttachment{
		GroupId: d.GroupID, CreatedAt: orNow(d.CreatedAt), MessageIds: slices.Clone(d.MessageIDs), FileIds: slices.Clone(d.FileIDs),
	}
	return &eventsv1.PublishDeleteAttachmentRequest{DeleteAttachment: content, UserIds: slices.Clone(d.To)}, nil
}

func (d DeleteMessage) event() (requests.Request, []Violation) {
	content := &eventsv1.DeleteMessage{
		GroupId: d.GroupID, CreatedAt: orNow(d.CreatedAt), MessageIds: slices.Clone(d.MessageIDs),
	}
	return &eventsv1.PublishDeleteMessageRequest{DeleteMessage: content, UserIds: slices.Clone(d.To)}, nil
}

func (c Custom) event() (requests.Request, []Violation) {
	var violations []Violation
	structOf := func(field string, fields map[string]any) *structpb.Struct {
		made, err := structpb.NewStruct(fields)
		if err != nil {
			violations = append(violations, Violation{field, "cannot be written as JSON: " + err.Error()})
		}
		return made
	}
	custom := &eventsv1.Custom{EventType: c.EventType, GroupId: c.GroupID}
	if c.Data != nil {
		custom.Data = structOf("custom.data", c.Data)
	}
	r := &eventsv1.PublishCustomRequest{Custom: custom, UserIds: slices.Clone(c.To), Topics: slices.Clone(c.Topics)}
	if len(c.Overlays) > 0 {
		r.Overlays = make(map[int64]*structpb.Struct, len(c.Overlays))
		for user, extra := range c.Overlays {
			r.Overlays[user] = structOf(fmt.Sprintf("overlays[%d]", user), extra)
		}
	}
	return r, violations
}
