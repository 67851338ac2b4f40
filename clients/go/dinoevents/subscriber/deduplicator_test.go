package subscriber_test

import (
	"encoding/json"
	"fmt"
	"os"
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
	text, err := os.ReadFile("../../../conformance/duplicates.json")
	if err != nil {
		t.Fatal(err)
	}
	var cases []struct {
		Name, First, Second string
		Same                bool
	}
	if err := json.Unmarshal(text, &cases); err != nil {
		t.Fatal(err)
	}
	for _, one := range cases {
		t.Run(one.Name, func(t *testing.T) {
			seen := subscriber.NewDeduplicator(0)
			first, again := seen.IsNew("t", []byte(one.First), ""), seen.IsNew("t", []byte(one.First), "")
			if second := seen.IsNew("t", []byte(one.Second), ""); !first || again || second == one.Same {
				t.Errorf("new: %t, again %t, the second %t", first, again, second)
			}
		})
	}
}

func TestAnEventThatWasNotHandledIsForgotten(t *testing.T) {
	payload := []byte(`{"event_type":"message","message_id":"7d1c3e52-9b84-4a6f-b0d7-1e5f2c8a9b36"}`)
	for _, id := range []string{"id", ""} {
		seen := subscriber.NewDeduplicator(2)
		seen.Forget("t", payload, id) // It has not come yet.
		for range 3 {
			if !seen.IsNew("t", payload, id) {
				t.Errorf("%q was remembered", id)
			}
			seen.Forget("t", payload, id)
		}
		seen.IsNew("t", payload, id)
		seen.Forget("t", nil, "another")
		seen.Forget("u", payload, id)
		if seen.IsNew("t", payload, id) {
			t.Errorf("%q was forgotten with another", id)
		}
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
