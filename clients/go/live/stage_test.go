// Package live tests the package with the servers of the stage that tests/clients sets.
package live

import (
	"context"
	"net/url"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/dino-bridge/dino-bridge/clients/go/dinoevents"
	"github.com/eclipse/paho.golang/autopaho"
	"github.com/eclipse/paho.golang/paho"
)

const group = "6cbb3265-2a7f-494d-92ad-f4503d55d49f"

// patience is how long a wait lasts before it fails a test. One that succeeds ends at once.
const patience = 20 * time.Second

func patient(t *testing.T) context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	t.Cleanup(cancel)
	return ctx
}

func brokerURL() *url.URL {
	return &url.URL{Scheme: "mqtt", Host: "127.0.0.1:" + os.Getenv("STAGE_BROKER_PORT")}
}

// received is what a subscriber has received.
type received struct {
	topic, eventID, traceparent string
	payload                     []byte
}

// receiver receives what the broker gets for users.
type receiver struct {
	t        *testing.T
	messages chan received
}

func subscribe(t *testing.T) *receiver {
	t.Helper()
	s := &receiver{t, make(chan received, 10_000)}
	subscribed := make(chan struct{})
	config := autopaho.ClientConfig{
		ServerUrls: []*url.URL{brokerURL()}, KeepAlive: 20, CleanStartOnInitialConnection: true,
		OnConnectionUp: func(manager *autopaho.ConnectionManager, _ *paho.Connack) {
			_, err := manager.Subscribe(patient(t), &paho.Subscribe{
				Subscriptions: []paho.SubscribeOptions{{Topic: "dms/dev/#", QoS: 1}},
			})
			if err == nil {
				close(subscribed)
			}
		},
		ClientConfig: paho.ClientConfig{
			OnPublishReceived: []func(paho.PublishReceived) (bool, error){func(r paho.PublishReceived) (bool, error) {
				s.messages <- received{
					r.Packet.Topic, r.Packet.Properties.User.Get("event_id"),
					r.Packet.Properties.User.Get("traceparent"), r.Packet.Payload,
				}
				return true, nil
			}},
		},
	}
	ctx, stop := context.WithCancel(context.Background())
	manager, err := autopaho.NewConnection(ctx, config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		stop()
		<-manager.Done()
	})
	select {
	case <-subscribed:
	case <-patient(t).Done():
		t.Fatal("there is no subscription")
	}
	return s
}

func (s *receiver) next() received {
	s.t.Helper()
	select {
	case one := <-s.messages:
		return one
	case <-patient(s.t).Done():
		s.t.Fatal("nothing more was received")
	}
	return received{}
}

func newPublisher(t *testing.T, variable string, options ...dinoevents.Option) *dinoevents.Publisher {
	t.Helper()
	publisher, err := dinoevents.New(os.Getenv(variable), options...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { publisher.Close() })
	return publisher
}

func lunch(text string, to ...int64) dinoevents.Message {
	return dinoevents.Message{GroupID: group, SenderID: 7, Text: text, To: to}
}

func golden(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(os.Getenv("STAGE_GOLDEN"), "*.request.json"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no golden requests: %v", err)
	}
	return files
}
