package dinoeventstest

import (
	eventsv1 "github.com/dino-bridge/dino-bridge/clients/go/dino/events/v1"
	"github.com/dino-bridge/dino-bridge/clients/go/internal/requests"
)

// content has the rules of what happened, by the kind of event.
func (r *rules) content() {
	switch request := r.request.(type) {
	case *eventsv1.PublishGroupRequest:
		need(r, "group", request.GetGroup(), r.group)
	case *eventsv1.PublishReadRequest:
		need(r, "read", request.GetRead(), r.read)
	case *eventsv1.PublishJoinRequest:
		need(r, "join", request.GetJoin(), r.join)
	case *eventsv1.PublishLeaveRequest:
		need(r, "leave", request.GetLeave(), r.leave)
	case *eventsv1.PublishDeleteAttachmentRequest:
		need(r, "delete_attachment", request.GetDeleteAttachment(), r.deleteAttachment)
	case *eventsv1.PublishDeleteMessageRequest:
		need(r, "delete_message", request.GetDeleteMessage(), r.deleteMessage)
	case *eventsv1.PublishCustomRequest:
		need(r, "custom", request.GetCustom(), r.custom)
	case interface {
		requests.Request
		GetMessage() *eventsv1.Message
	}:
		need(r, "message", request.GetMessage(), r.message)
	}
}

func need[T any](r *rules, field string, content *T, check func(*T)) {
	if content == nil {
		r.wrong(field, "is required")
	} else {
		check(content)
	}
}

func (r *rules) group(g *eventsv1.Group) {
	r.uuid("group.group_id", g.GetGroupId())
	r.text("group.name", g.GetName(), mostNameBytes)
	r.time("group.created_at", g.GetCreatedAt())
	r.time("group.updated_at", g.GetUpdatedAt())
	r.time("group.last_message_time", g.GetLastMessageTime())
	if g.GetGroupType() != eventsv1.GroupType_GROUP_TYPE_MULTI_USER && g.GetGroupType() != eventsv1.GroupType_GROUP_TYPE_ONE_TO_ONE {
		r.wrong("group.group_type", "is required")
	}
	r.userID("group.owner_id", g.GetOwnerId())
	least := 0
	if len(r.request.GetUserIds()) == 0 { // The members are the recipients.
		least = 1
	}
	list(r, "group.user_ids", g.GetUserIds(), least, r.userID)
}

func (r *rules) message(m *eventsv1.Message) {
	r.uuid("message.group_id", m.GetGroupId())
	r.userID("message.sender_id", m.GetSenderId())
	if m.FileId != nil {
		r.fileID("message.file_id", m.GetFileId())
	} else if r.kind == "attachment" {
		r.wrong("message.file_id", "is required")
	}
	r.uuid("message.message_id", m.GetMessageId())
	if m.GetMessagePayload() == "" && m.FileId == nil {
		r.wrong("message.message_payload", "must not be empty unless file_id is set")
	}
	if len(m.GetMessagePayload()) > r.limits.MaxPayloadBytes {
		r.wrong("message.message_payload", "must be at most %d bytes", r.limits.MaxPayloadBytes)
	}
	r.typeName("message.message_type", m.GetMessageType())
	r.time("message.created_at", m.GetCreatedAt())
}

func (r *rules) read(read *eventsv1.Read) {
	r.uuid("read.group_id", read.GetGroupId())
	r.userID("read.user_id", read.GetUserId())
	r.time("read.read_at", read.GetReadAt())
	if read.GetGroupType() != eventsv1.GroupType_GROUP_TYPE_ONE_TO_ONE {
		r.wrong("read.group_type", "must be GROUP_TYPE_ONE_TO_ONE")
	}
}

func (r *rules) join(j *eventsv1.Join) {
	r.uuid("join.group_id", j.GetGroupId())
	r.time("join.created_at", j.GetCreatedAt())
	list(r, "join.user_ids", j.GetUserIds(), 1, r.userID)
}

func (r *rules) leave(l *eventsv1.Leave) {
	r.uuid("leave.group_id", l.GetGroupId())
	r.time("leave.created_at", l.GetCreatedAt())
	r.userID("leave.user_id", l.GetUserId())
}

func (r *rules) deleteAttachment(d *eventsv1.DeleteAttachment) {
	r.uuid("delete_attachment.group_id", d.GetGroupId())
	r.time("delete_attachment.created_at", d.GetCreatedAt())
	list(r, "delete_attachment.message_ids", d.GetMessageIds(), 1, r.uuid)
	list(r, "delete_attachment.file_ids", d.GetFileIds(), 1, r.fileID)
}

func (r *rules) deleteMessage(d *eventsv1.DeleteMessage) {
	r.uuid("delete_message.group_id", d.GetGroupId())
	r.time("delete_message.created_at", d.GetCreatedAt())
	list(r, "delete_message.message_ids", d.GetMessageIds(), 1, r.uuid)
}

func (r *rules) custom(c *eventsv1.Custom) {
	r.typeName("custom.event_type", c.GetEventType())
	if _, typed := requests.RPCs[c.GetEventType()]; typed && c.GetEventType() != "custom" {
		r.wrong("custom.event_type", "must not be the event_type of another RPC")
	}
	r.uuid("custom.group_id", c.GetGroupId())
	r.keys("custom.data", c.GetData())
	if sizeOf(c.GetData()) > r.limits.MaxPayloadBytes {
		r.wrong("custom.data", "must take at most %d bytes as JSON", r.limits.MaxPayloadBytes)
	}
}
