package requests

import (
	"cmp"
	"strconv"

	eventsv1 "github.com/dino-bridge/dino-bridge/clients/go/dino/events/v1"
)

// Recipient is a user or a topic.
type Recipient struct {
	User  int64
	Topic string
}

// String is its ID or its topic.
func (r Recipient) String() string { return cmp.Or(r.Topic, strconv.FormatInt(r.User, 10)) }

// Recipients are the different ones, in the order of the request.
func Recipients(r Request) []Recipient {
	users := r.GetUserIds()
	var topics []string
	if len(users) == 0 {
		switch r := r.(type) {
		case *eventsv1.PublishGroupRequest:
			users = r.GetGroup().GetUserIds()
		case *eventsv1.PublishCustomRequest:
			topics = r.GetTopics()
		}
	}
	found := make([]Recipient, 0, len(users)+len(topics))
	seen := make(map[Recipient]struct{}, cap(found))
	add := func(one Recipient) {
		if _, again := seen[one]; !again {
			seen[one] = struct{}{}
			found = append(found, one)
		}
	}
	for _, user := range users {
		add(Recipient{User: user})
	}
	for _, topic := range topics {
		add(Recipient{Topic: topic})
	}
	return found
}
