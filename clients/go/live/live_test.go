package live

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	eventsv1 "github.com/dino-bridge/dino-bridge/clients/go/dino/events/v1"
	"github.com/dino-bridge/dino-bridge/clients/go/dinoevents"
	"github.com/dino-bridge/dino-bridge/clients/go/dinoevents/subscriber"
	mqtt "github.com/eclipse/paho.mqtt.golang"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
)

func errorOf(t *testing.T, err error) *dinoevents.Error {
	t.Helper()
	var failed *dinoevents.Error
	if !errors.As(err, &failed) {
		t.Fatalf("not an Error: %v", err)
	}
	return failed
}

// requestOf reads the request of an event of that type.
func requestOf(t *testing.T, eventType string, text []byte) proto.Message {
	t.Helper()
	events := (&eventsv1.EventRequest{}).ProtoReflect()
	field := events.Descriptor().Fields().ByTextName(eventType)
	if field == nil {
		field = events.Descriptor().Fields().ByTextName("custom")
	}
	r := events.NewField(field).Message().Interface()
	if err := protojson.Unmarshal(text, r); err != nil {
		t.Fatal(err)
	}
	return r
}

func TestEveryGoldenEventArrivesAsItMust(t *testing.T) {
	devices := subscribe(t)
	publisher := newPublisher(t, "STAGE_BRIDGE")
	for _, file := range golden(t) {
		request, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		want, err := os.ReadFile(strings.Replace(file, ".request.", ".event.", 1))
		if err != nil {
			t.Fatal(err)
		}
		var kind struct {
			EventType string `json:"event_type"`
		}
		if err := json.Unmarshal(want, &kind); err != nil {
			t.Fatal(err)
		}
		event, err := dinoevents.EventOf(requestOf(t, kind.EventType, request))
		if err != nil {
			t.Fatal(err)
		}
		delivery, err := publisher.Publish(patient(t), event)
		if err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		for range delivery.RecipientCount {
			if got := devices.next(); string(got.payload) != string(want) || got.eventID != delivery.EventID {
				t.Errorf("%s: got %s", file, got.payload)
			}
		}
	}
}

func textOf(t *testing.T, payload []byte) string {
	t.Helper()
	var event struct {
		Text string `json:"message_payload"`
	}
	if err := json.Unmarshal(payload, &event); err != nil {
		t.Fatal(err)
	}
	return event.Text
}

func TestBatchStreamAndLargeGroups(t *testing.T) {
	received := subscribe(t)
	publisher := newPublisher(t, "STAGE_BRIDGE", dinoevents.WithMaxRecipients(7))
	const count = 20
	var events []*dinoevents.Event
	for i := range count {
		events = append(events, dinoevents.NewEvent(lunch(strconv.Itoa(i), 1, 2)))
	}
	if _, err := publisher.PublishBatch(patient(t), events); err != nil {
		t.Fatal(err)
	}
	stream := publisher.Stream(patient(t))
	for _, event := range events {
		if _, err := stream.Publish(patient(t), event); err != nil {
			t.Fatal(err)
		}
	}
	if err := stream.Close(); err != nil {
		t.Fatal(err)
	}
	next := map[string]int{}
	for range 4 * count {
		one := received.next()
		if want := strconv.Itoa(next[one.topic] % count); textOf(t, one.payload) != want {
			t.Fatalf("%s received %s, not %s", one.topic, one.payload, want)
		}
		next[one.topic]++
	}
	many := make([]int64, 20)
	for i := range many {
		many[i] = int64(i) + 1
	}
	delivery, err := publisher.PublishMessage(patient(t), lunch("large", many...))
	if err != nil || delivery.AcknowledgedCount != len(many) || len(delivery.EventIDs) != 3 {
		t.Fatalf("%+v %v", delivery, err)
	}
	topics := map[string]bool{}
	for range many {
		topics[received.next().topic] = true
	}
	if len(topics) != len(many) {
		t.Errorf("%d users received it", len(topics))
	}
}

func TestInvalidEventsAndServerInfo(t *testing.T) {
	publisher := newPublisher(t, "STAGE_BRIDGE")
	_, err := publisher.PublishMessage(patient(t), lunch("a"))
	if failed := errorOf(t, err); failed.Reason != dinoevents.ReasonInvalidField || failed.Violations[0].Field != "user_ids" {
		t.Errorf("got %v", err)
	}
	info, err := publisher.ServerInfo(patient(t))
	if err != nil || info.GetLimits().GetMaxRecipients() != 10_000 || info.GetVersion() != dinoevents.Version {
		t.Errorf("%v %v", info, err)
	}
}

func TestANewKeyIsTakenWithinTwoSeconds(t *testing.T) {
	directory := t.TempDir()
	file := filepath.Join(directory, "api.key")
	write := func(name, key string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(directory, name), []byte(key+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("api.key", "nobodys-key")
	publisher := newPublisher(t, "STAGE_BRIDGE_WITH_KEYS", dinoevents.WithAPIKeyFile(file))
	_, err := publisher.PublishMessage(patient(t), lunch("a", 1))
	if failed := errorOf(t, err); failed.Reason != dinoevents.ReasonUnknownCaller || failed.Retryable {
		t.Errorf("got %v", err)
	}
	write("new", os.Getenv("STAGE_KEY"))
	if err := os.Rename(filepath.Join(directory, "new"), file); err != nil {
		t.Fatal(err)
	}
	// The refusal lets it look at the file: it does not even wait.
	if _, err := publisher.PublishMessage(patient(t), lunch("a", 1)); err != nil {
		t.Error(err)
	}
}

func TestWhatACallerMayNotDo(t *testing.T) {
	publisher := newPublisher(t, "STAGE_BRIDGE_WITH_KEYS", dinoevents.WithAPIKey(os.Getenv("STAGE_READ_KEY")))
	if _, err := publisher.PublishRead(patient(t), dinoevents.Read{GroupID: group, UserID: 7, To: []int64{1}}); err != nil {
		t.Error(err)
	}
	_, err := publisher.PublishMessage(patient(t), lunch("a", 1))
	if failed := errorOf(t, err); failed.Reason != dinoevents.ReasonCallerNotAllowed || failed.Retryable {
		t.Errorf("got %v", err)
	}
}

func certificates(name string) string { return filepath.Join(os.Getenv("STAGE_CERTIFICATES"), name) }

func tlsOf(name string) dinoevents.TLS {
	return dinoevents.TLS{
		CAFile: certificates("ca.pem"), CertFile: certificates(name + ".pem"), KeyFile: certificates(name + ".key"),
	}
}

func TestCertificates(t *testing.T) {
	const soon = dinoevents.TimeoutOption(500 * time.Millisecond)
	publisher := newPublisher(t, "STAGE_BRIDGE_WITH_TLS", dinoevents.WithTLS(tlsOf("caller")))
	if _, err := publisher.PublishMessage(patient(t), lunch("a", 1)); err != nil {
		t.Error(err)
	}
	for name, options := range map[string][]dinoevents.Option{
		"of another authority":    {soon, dinoevents.WithTLS(tlsOf("stranger"))},
		"none":                    {soon, dinoevents.WithTLS(dinoevents.TLS{CAFile: certificates("ca.pem")})},
		"an unknown server":       {soon, dinoevents.WithTLS(dinoevents.TLS{})},
		"a server that needs TLS": {soon},
	} {
		_, err := newPublisher(t, "STAGE_BRIDGE_WITH_TLS", options...).PublishMessage(patient(t), lunch("a", 1))
		if failed := errorOf(t, err); !failed.Retryable {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

func TestNewCertificatesAreTakenForNewConnections(t *testing.T) {
	directory := t.TempDir()
	files := dinoevents.TLS{
		CAFile: certificates("ca.pem"), CertFile: filepath.Join(directory, "pem"), KeyFile: filepath.Join(directory, "key"),
	}
	install := func(name string) {
		t.Helper()
		for _, kind := range []string{"pem", "key"} {
			text, err := os.ReadFile(certificates(name + "." + kind))
			if err == nil {
				err = os.WriteFile(filepath.Join(directory, "new"), text, 0o600)
			}
			if err == nil {
				err = os.Rename(filepath.Join(directory, "new"), filepath.Join(directory, kind))
			}
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	install("stranger")
	publisher := newPublisher(t, "STAGE_BRIDGE_WITH_TLS", dinoevents.WithTLS(files))
	if _, err := publisher.PublishMessage(patient(t), lunch("a", 1), dinoevents.WithTimeout(time.Second)); err == nil {
		t.Error("a stranger may publish")
	}
	install("caller")
	if _, err := publisher.PublishMessage(patient(t), lunch("a", 1)); err != nil {
		t.Error(err)
	}
}

func TestWithoutAServerACallEndsInTime(t *testing.T) {
	publisher, err := dinoevents.New("127.0.0.1:1", dinoevents.WithTimeout(500*time.Millisecond))
	if err != nil {
		t.Fatal(err)
	}
	defer publisher.Close()
	_, err = publisher.PublishMessage(patient(t), lunch("a", 1))
	if failed := errorOf(t, err); !failed.Retryable || failed.Attempts < 2 {
		t.Errorf("got %v", err)
	}
}

func TestTheSpanGoesWithTheEvent(t *testing.T) {
	received := subscribe(t)
	publisher := newPublisher(t, "STAGE_BRIDGE", dinoevents.WithTraceparent(func(ctx context.Context) string {
		carrier := propagation.MapCarrier{}
		propagation.TraceContext{}.Inject(ctx, carrier)
		return carrier["traceparent"]
	}))
	span := trace.NewSpanContext(trace.SpanContextConfig{
		TraceID: trace.TraceID{0x0a, 0xf7, 15: 0x9c}, SpanID: trace.SpanID{0xb7, 7: 0x31}, TraceFlags: trace.FlagsSampled,
	})
	if _, err := publisher.PublishMessage(trace.ContextWithSpanContext(patient(t), span), lunch("a", 1)); err != nil {
		t.Fatal(err)
	}
	const want = "00-0af7000000000000000000000000009c-b700000000000031-01"
	if got := received.next().traceparent; got != want {
		t.Errorf("got %s", got)
	}
}

func TestASubscriberOfMQTT311DropsCopies(t *testing.T) {
	messages := make(chan mqtt.Message, 10)
	options := mqtt.NewClientOptions().AddBroker(brokerURL().String()).SetProtocolVersion(4)
	options.SetDefaultPublishHandler(func(_ mqtt.Client, message mqtt.Message) { messages <- message })
	client := mqtt.NewClient(options)
	for _, token := range []func() mqtt.Token{client.Connect, func() mqtt.Token { return client.Subscribe("dms/dev/+", 1, nil) }} {
		if done := token(); !done.WaitTimeout(patience) || done.Error() != nil {
			t.Fatal(done.Error())
		}
	}
	defer client.Disconnect(0)
	publisher := newPublisher(t, "STAGE_BRIDGE")
	seen := subscriber.NewDeduplicator(0)
	for range 2 {
		if _, err := publisher.PublishMessage(patient(t), lunch("a", 1)); err != nil {
			t.Fatal(err)
		}
		select {
		case message := <-messages:
			first := seen.IsNew(message.Topic(), message.Payload(), "")
			if again := seen.IsNew(message.Topic(), message.Payload(), ""); !first || again {
				t.Errorf("new: %t, copy is new: %t", first, again)
			}
		case <-patient(t).Done():
			t.Fatal("nothing was received")
		}
	}
}
