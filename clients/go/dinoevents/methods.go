package dinoevents

import "context"

// The methods of a [Publisher] that publish one event. Each returns when the broker has acknowledged
// the event for every recipient, and an [Error] otherwise: never a partial success.

// PublishGroup publishes that a group was created or updated.
func (p *Publisher) PublishGroup(ctx context.Context, content Group, options ...EventOption) (*Delivery, error) {
	return p.Publish(ctx, NewEvent(content, options...))
}

// PublishMessage publishes that a message was posted in a group.
func (p *Publisher) PublishMessage(ctx context.Context, content Message, options ...EventOption) (*Delivery, error) {
	return p.Publish(ctx, NewEvent(content, options...))
}

// PublishAttachment publishes that a message with an attachment was posted.
func (p *Publisher) PublishAttachment(ctx context.Context, content Attachment, options ...EventOption) (*Delivery, error) {
	return p.Publish(ctx, NewEvent(content, options...))
}

// PublishEdit publishes that a message was edited.
func (p *Publisher) PublishEdit(ctx context.Context, content Edit, options ...EventOption) (*Delivery, error) {
	return p.Publish(ctx, NewEvent(content, options...))
}

// PublishActionLog publishes that something was done in a group.
func (p *Publisher) PublishActionLog(ctx context.Context, content ActionLog, options ...EventOption) (*Delivery, error) {
	return p.Publish(ctx, NewEvent(content, options...))
}

// PublishRead publishes that a user has read a 1-to-1 conversation.
func (p *Publisher) PublishRead(ctx context.Context, content Read, options ...EventOption) (*Delivery, error) {
	return p.Publish(ctx, NewEvent(content, options...))
}

// PublishJoin publishes that users have joined a group.
func (p *Publisher) PublishJoin(ctx context.Context, content Join, options ...EventOption) (*Delivery, error) {
	return p.Publish(ctx, NewEvent(content, options...))
}

// PublishLeave publishes that a user has left a group.
func (p *Publisher) PublishLeave(ctx context.Context, content Leave, options ...EventOption) (*Delivery, error) {
	return p.Publish(ctx, NewEvent(content, options...))
}

// PublishDeleteAttachment publishes that attachments of messages were deleted.
func (p *Publisher) PublishDeleteAttachment(ctx context.Context, content DeleteAttachment, options ...EventOption) (*Delivery, error) {
	return p.Publish(ctx, NewEvent(content, options...))
}

// PublishDeleteMessage publishes that messages were deleted.
func (p *Publisher) PublishDeleteMessage(ctx context.Context, content DeleteMessage, options ...EventOption) (*Delivery, error) {
	return p.Publish(ctx, NewEvent(content, options...))
}

// PublishCustom publishes an event of your own.
func (p *Publisher) PublishCustom(ctx context.Context, content Custom, options ...EventOption) (*Delivery, error) {
	return p.Publish(ctx, NewEvent(content, options...))
}
