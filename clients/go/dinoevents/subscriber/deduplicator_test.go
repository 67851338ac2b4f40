package subscriber_test

import (
	"fmt"
	"testing"

	"github.com/dino-bridge/dino-bridge/clients/go/dinoevents/subscriber"
)

func ExampleDeduplicator() {
	seen := subscriber.NewDeduplicator(0)
	payload := []byte(`{"event_type":"message","message_id":"7d1c3e52-9b84-4a6f-b0d7-1e5f2c8a9b36"}`)

	fmt.Println(seen.IsNew("dms/prod/1234", payload, "")) // An MQTT 3.1.1 connection: no properties.
	fmt.Println(seen.IsNew("dms/prod/1234", payload, ""))
	// Output:
	// true
	// false
}

func TestCopiesAreKnownByTheirEventID(t *testing.T) {
	seen := subscriber.NewDeduplicator(0)
	for _, step := range []struct {
		topic, id string
		isNew     bool
	}{
		{"dms/dev/1", "id", true},
		{"dms/dev/1", "id", false},
		{"dms/dev/2", "id", true}, // Another user's.
		{"dms/dev/1", "other id", true},
	} {
		if got := seen.IsNew(step.topic, []byte("a"), step.id); got != step.isNew {
			t.Errorf("%s %s: is new is %t", step.topic, step.id, got)
		}
	}
}

func TestWithoutPropertiesThePayloadTells(t *testing.T) {
	for name, pair := range map[string][2]string{
		"kinds":   {`{"event_type":"message","message_id":"1"}`, `{"event_type":"attachment","message_id":"1"}`},
		"edits":   {`{"event_type":"edit","message_id":"1","a":1}`, `{"event_type":"edit","message_id":"1","a":2}`},
		"reads":   {`{"event_type":"read","group_id":"g","user_id":1,"read_at":1.5}`, `{"event_type":"read","group_id":"g","user_id":1,"read_at":2.5}`},
		"own":     {`{"event_type":"poll","group_id":"g","a":1}`, `{"event_type":"poll","group_id":"g","a":2}`},
		"partial": {`{"event_type":"read","group_id":"g","a":1}`, `{"event_type":"read","group_id":"g","a":2}`},
		"no JSON": {`no JSON`, `[]`},
	} {
		t.Run(name, func(t *testing.T) {
			seen := subscriber.NewDeduplicator(0)
			got := []bool{
				seen.IsNew("t", []byte(pair[0]), ""), seen.IsNew("t", []byte(pair[0]), ""),
				seen.IsNew("t", []byte(pair[1]), ""),
			}
			if got[0] != true || got[1] != false || got[2] != true {
				t.Errorf("first, again, second: %v", got)
			}
		})
	}
}

func TestTheOldestAreForgotten(t *testing.T) {
	seen := subscriber.NewDeduplicator(2)
	for _, id := range []string{"1", "2", "3"} {
		seen.IsNew("t", nil, id)
	}
	if seen.IsNew("t", nil, "3") {
		t.Error("the last one was forgotten")
	}
	if !seen.IsNew("t", nil, "1") {
		t.Error("the first one was remembered")
	}
}
