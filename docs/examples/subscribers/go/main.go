// usage: subscriber BROKER-URL USER-ID
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"log"
	"net/url"
	"os"
	"os/signal"
	"syscall"

	"github.com/eclipse/paho.golang/autopaho"
	"github.com/eclipse/paho.golang/paho"
)

// seen has the IDs of the last events, to drop the copies that at-least-once delivery may bring.
type seen struct {
	ids  map[string]bool
	last []string // A ring of the same IDs.
	next int
}

func newSeen(capacity int) *seen {
	return &seen{ids: make(map[string]bool), last: make([]string, capacity)}
}

// isNew tells whether an event comes for the first time, and remembers it. One without an ID is always new.
func (s *seen) isNew(id string) bool {
	if id == "" {
		return true
	}
	if s.ids[id] {
		return false
	}
	delete(s.ids, s.last[s.next])
	s.ids[id], s.last[s.next] = true, id
	s.next = (s.next + 1) % len(s.last)
	return true
}

type event struct {
	Type     string `json:"event_type"`
	SenderID int64  `json:"sender_id"`
	Payload  string `json:"message_payload"`
}

// show prints an event that it knows, and ignores others.
func show(payload []byte) {
	var e event
	if err := json.Unmarshal(payload, &e); err != nil {
		log.Print(err)
	} else if e.Type == "message" {
		fmt.Printf("%d: %s\n", e.SenderID, e.Payload)
	}
}

func config(broker *url.URL, user string) autopaho.ClientConfig {
	s := newSeen(10_000)
	receive := func(p paho.PublishReceived) (bool, error) {
		if s.isNew(p.Packet.Properties.User.Get("event_id")) {
			show(p.Packet.Payload)
		}
		return true, nil
	}
	subscribe := func(cm *autopaho.ConnectionManager, ack *paho.Connack) {
		if !ack.SessionPresent {
			log.Print("a new session: events may have been missed")
		}
		topic := paho.SubscribeOptions{Topic: "dms/dev/" + user, QoS: 1}
		_, err := cm.Subscribe(context.Background(), &paho.Subscribe{Subscriptions: []paho.SubscribeOptions{topic}})
		log.Print("subscribed: ", err)
	}
	return autopaho.ClientConfig{
		ServerUrls: []*url.URL{broker},
		KeepAlive:  20,
		// The session goes on where it ended, if the device is back within a day.
		CleanStartOnInitialConnection: false,
		SessionExpiryInterval:         86_400,
		OnConnectionUp:                subscribe,
		OnConnectError:                func(err error) { log.Print(err) },
		ClientConfig: paho.ClientConfig{
			ClientID:          "user-" + user + "-go", // The same at each start: it names the session.
			OnPublishReceived: []func(paho.PublishReceived) (bool, error){receive},
		},
	}
}

func main() {
	broker, err := url.Parse(os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	stop, cancel := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	defer cancel()
	connection, err := autopaho.NewConnection(context.Background(), config(broker, os.Args[2]))
	if err != nil {
		log.Fatal(err)
	}
	<-stop.Done()
	if err := connection.Disconnect(context.Background()); err != nil {
		log.Print(err)
	}
}
