package dinoeventstest

import (
	"bufio"
	"encoding/json"
	"math"
	"os"
	"slices"
	"testing"

	eventsv1 "github.com/dino-bridge/dino-bridge/clients/go/dino/events/v1"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/structpb"
)

// oracleLine is what tests/oracle/verdicts.py writes.
type oracleLine struct {
	Kind            string   `json:"kind"`
	Request         []byte   `json:"request"`
	MaxRecipients   int      `json:"max_recipients"`
	MaxPayloadBytes int      `json:"max_payload_bytes"`
	Violations      []string `json:"violations"`
}

func (l *oracleLine) event(t *testing.T) *eventsv1.EventRequest {
	t.Helper()
	event := (&eventsv1.EventRequest{}).ProtoReflect()
	field := event.Descriptor().Fields().ByTextName(l.Kind)
	if field == nil {
		t.Fatalf("there is no kind %q", l.Kind)
	}
	if err := proto.Unmarshal(l.Request, event.Mutable(field).Message().Interface()); err != nil {
		t.Fatal(err)
	}
	return event.Interface().(*eventsv1.EventRequest)
}

// The server is tested by the same oracle. tests/clients/run.sh makes the requests.
func TestTheVerdictIsTheOracles(t *testing.T) {
	name := os.Getenv("DINO_ORACLE_REQUESTS")
	if name == "" {
		t.Skip("DINO_ORACLE_REQUESTS is not set")
	}
	file, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	count, broken := 0, 0
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, 64<<20)
	for lines.Scan() {
		var line oracleLine
		if err := json.Unmarshal(lines.Bytes(), &line); err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, one := range violations(line.event(t), Limits{line.MaxRecipients, line.MaxPayloadBytes}, false) {
			got = append(got, one.Field)
		}
		slices.Sort(got)
		slices.Sort(line.Violations)
		if !slices.Equal(got, line.Violations) {
			t.Errorf("%s %x: got %v, want %v", line.Kind, line.Request, got, line.Violations)
		}
		count++
		broken += min(1, len(line.Violations))
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	if count < 1000 || broken < count/10 || broken > count*9/10 {
		t.Errorf("%d requests, %d of them broken, show little", count, broken)
	}
}

func TestTheSizeOfNumbersAndTextsAsJSON(t *testing.T) {
	for text, value := range map[string]any{
		"0": math.Copysign(0, -1), "-7": -7, "9007199254740992": 1 << 53, "0.1": 0.1, "-1.5": -1.5,
		"18014398509481984.0": 18014398509481984.0, "1e22": 1e22, "1.5e-9": 1.5e-9, "0.0000015": 1.5e-6,
		"1e-7": 1e-7, "true": true, "null": nil, `"a\n\u001F\""`: "a\n\x1f\"", `"ä"`: "ä",
		`[1,[],{"a":"b"}]`: []any{1, []any{}, map[string]any{"a": "b"}},
	} {
		made, err := structpb.NewValue(value)
		if err != nil {
			t.Fatal(err)
		}
		if got := sizeOfValue(made); got != len(text) {
			t.Errorf("%s takes %d bytes", text, got)
		}
	}
}
