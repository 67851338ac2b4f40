package dinoevents

import (
	"time"

	"github.com/dino-bridge/dino-bridge/clients/go/internal/requests"
)

// Content is what happened, and to whom it is told: one of the structs below. Users are named by
// their IDs, 1 to 2^53-1, groups and messages by UUIDs in their 8-4-4-4-12 form, which subscribers
// get as they are written. To are the users to notify; if there are more than 10,000 of them, the
// event is published in parts.
type Content interface {
	// event is the request without options, and what cannot be written.
	event() (requests.Request, []Violation)
}

// Message is a message that was posted in a group.
type Message struct {
	GroupID  string
	SenderID int64
	To       []int64
	Text     string
	// Default: a random one.
	MessageID string
	// 1 to 64 of a-z, 0-9, _ and -. Default: "text".
	MessageType string
	// Default: none.
	FileID string
	// Default: now.
	CreatedAt time.Time
}

// Attachment is a message with an attachment, FileID, that was posted in a group.
type Attachment Message

// Edit is a message that was edited, as it is now. MessageID and CreatedAt have no default. CreatedAt
// should be the time of the edit: on MQTT 3.1.1 nothing else tells an edit back to an earlier text from
// a copy of that one.
type Edit Message

// ActionLog is something that was done in a group, such as a pin, in the form of a message.
type ActionLog Message

// Group is a group that was created or updated.
type Group struct {
	GroupID string
	Name    string
	OwnerID int64
	// The members.
	UserIDs []int64
	// All three are required. LastMessageTime is that of the creation if there is no message.
	CreatedAt, UpdatedAt, LastMessageTime time.Time
	// Default: MultiUser.
	GroupType GroupType
	// Default: the members.
	To []int64
}

// Read says that a user has read a 1-to-1 conversation.
type Read struct {
	GroupID string
	UserID  int64
	// At most 2 users.
	To []int64
	// Default: now.
	ReadAt time.Time
}

// Join says that users have joined a group.
type Join struct {
	GroupID string
	UserIDs []int64
	To      []int64
	// Default: now.
	CreatedAt time.Time
}

// Leave says that a user has left a group.
type Leave struct {
	GroupID string
	UserID  int64
	To      []int64
	// Default: now.
	CreatedAt time.Time
}

// DeleteAttachment says that attachments of messages were deleted.
type DeleteAttachment struct {
	GroupID    string
	MessageIDs []string
	FileIDs    []string
	To         []int64
	// Default: now.
	CreatedAt time.Time
}

// DeleteMessage says that messages were deleted.
type DeleteMessage struct {
	GroupID    string
	MessageIDs []string
	To         []int64
	// Default: now.
	CreatedAt time.Time
}

// Custom is an event of your own, to users (To) or to named topics.
type Custom struct {
	// 1 to 64 of a-z, 0-9, _ and -, and none of the other kinds.
	EventType string
	GroupID   string
	// What encoding/json would write, with the value types that structpb.NewStruct takes. Numbers are
	// float64: a whole one beyond 2^53 is rounded, so that larger IDs must be strings.
	Data map[string]any
	To   []int64
	// Each takes the place of a user's ID, such as "rooms/lobby".
	Topics []string
	// Extra data for single users, by their IDs.
	Overlays map[int64]map[string]any
}
