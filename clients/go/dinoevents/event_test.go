package dinoevents

import (
	"reflect"
	"testing"

	"google.golang.org/protobuf/proto"
)

// overwrite zeroes what the slices in a value hold, and empties its maps.
func overwrite(value reflect.Value) {
	switch value.Kind() {
	case reflect.Interface:
		overwrite(value.Elem())
	case reflect.Struct:
		for i := range value.NumField() {
			if value.Type().Field(i).IsExported() {
				overwrite(value.Field(i))
			}
		}
	case reflect.Slice:
		for i := range value.Len() {
			overwrite(value.Index(i))
			value.Index(i).SetZero()
		}
	case reflect.Map:
		for _, key := range value.MapKeys() {
			overwrite(value.MapIndex(key))
		}
		value.Clear()
	}
}

func TestAnEventKeepsNothingOfTheCallersSlicesAndMaps(t *testing.T) {
	everything := func() []Content {
		return append(everyContent(), Custom{
			EventType: "poll", GroupID: testGroup, Topics: []string{"a"}, To: []int64{1},
			Data:     map[string]any{"a": map[string]any{"b": []any{"c"}}},
			Overlays: map[int64]map[string]any{1: {"d": []any{"e"}}},
		})
	}
	for i := range everything() {
		content := everything()[i] // Its slices are of no other one.
		properties, token := map[string]string{"sender-device": "telephone"}, []byte("token")
		event := NewEvent(content, WithUserProperties(properties), WithResumeToken(token))
		before := proto.Clone(event.Request())
		for _, given := range []any{content, properties, token} {
			overwrite(reflect.ValueOf(given))
		}
		if !proto.Equal(event.Request(), before) {
			t.Errorf("%s: made as %v, now %v", event.Kind(), before, event.Request())
		}
	}
}
