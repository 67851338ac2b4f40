// Package subscriber helps those who receive events.
package subscriber

import (
	"container/list"
	"crypto/sha256"
	"encoding/json"
	"sync"
)

// identity has the keys of the payload that tell two events of a kind apart. The payload as a whole
// tells events of other kinds apart: all copies of an event have the same bytes.
var identity = map[string][]string{
	"message":           {"message_id"},
	"attachment":        {"message_id"},
	"action_log":        {"message_id"},
	"read":              {"group_id", "user_id", "read_at"},
	"join":              {"group_id", "created_at", "user_ids"},
	"leave":             {"group_id", "created_at", "user_id"},
	"delete_attachment": {"group_id", "message_ids", "file_ids"},
	"delete_message":    {"group_id", "message_ids"},
}

// DefaultCapacity is how many events a [Deduplicator] remembers by default.
const DefaultCapacity = 100_000

// Deduplicator tells whether an event comes for the first time at a topic: delivery is at least once.
// Safe for concurrent use.
type Deduplicator struct {
	capacity int
	mu       sync.Mutex
	order    *list.List // Of events, the one that was seen last in front.
	seen     map[event]*list.Element
}

type event struct{ topic, id string }

// NewDeduplicator makes one that remembers that many events, or [DefaultCapacity] if it is 0.
func NewDeduplicator(capacity int) *Deduplicator {
	if capacity <= 0 {
		capacity = DefaultCapacity
	}
	return &Deduplicator{capacity: capacity, order: list.New(), seen: make(map[event]*list.Element)}
}

// IsNew tells whether that event has not come at that topic before, and remembers it. With MQTT v5
// the event's ID is the user property "event_id"; an MQTT 3.1.1 connection gets none, and an event
// without ID is known by its payload. There an edit back to an earlier text, or a custom event with the
// same data, counts as a copy of the earlier one, unless the backend gave each its own time or ID. An
// event that could not be handled, and comes again therefore, is to be forgotten: see [Deduplicator.Forget].
func (d *Deduplicator) IsNew(topic string, payload []byte, eventID string) bool {
	one := eventOf(topic, payload, eventID)
	d.mu.Lock()
	defer d.mu.Unlock()
	if found, again := d.seen[one]; again {
		d.order.MoveToFront(found)
		return false
	}
	d.seen[one] = d.order.PushFront(one)
	if d.order.Len() > d.capacity {
		delete(d.seen, d.order.Remove(d.order.Back()).(event))
	}
	return true
}

// Forget forgets an event, whose handling has failed say, so that its next copy is new.
func (d *Deduplicator) Forget(topic string, payload []byte, eventID string) {
	one := eventOf(topic, payload, eventID)
	d.mu.Lock()
	defer d.mu.Unlock()
	if found, isKnown := d.seen[one]; isKnown {
		d.order.Remove(found)
		delete(d.seen, one)
	}
}

func eventOf(topic string, payload []byte, eventID string) event {
	if eventID == "" {
		eventID = identityOf(payload)
	}
	return event{topic, eventID}
}

// identityOf is what tells an event apart that has no ID: the same for all its copies.
func identityOf(payload []byte) string {
	digest := sha256.Sum256(payload)
	whole := "sha256:" + string(digest[:])
	var fields map[string]json.RawMessage
	var kind string
	if json.Unmarshal(payload, &fields) != nil || json.Unmarshal(fields["event_type"], &kind) != nil {
		return whole
	}
	keys, isKnown := identity[kind]
	if !isKnown {
		return whole
	}
	known := kind
	for _, key := range keys {
		value, found := fields[key]
		if !found {
			return whole
		}
		known += "\x00" + string(value)
	}
	return known
}
