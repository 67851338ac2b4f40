package load

import (
	"context"
	"encoding/json"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/eclipse/paho.golang/autopaho"
	"github.com/eclipse/paho.golang/paho"
)

// Subscription says where a subscriber listens.
type Subscription struct {
	// host:port of a broker, and who connects; both empty for nobody.
	Broker, User, Password string
	// With a `+` in the place of the user.
	Filter string
	// Of the session, which outlives its connections.
	ClientID string
}

// Subscribe passes what users are sent to a ledger, until the context ends. It returns once the
// subscription stands.
func Subscribe(ctx context.Context, subscription Subscription, ledger *Ledger) error {
	subscribed := make(chan error, 1)
	config := autopaho.ClientConfig{
		ServerUrls:            []*url.URL{{Scheme: "mqtt", Host: subscription.Broker}},
		KeepAlive:             10,
		SessionExpiryInterval: 600,
		ConnectTimeout:        10 * time.Second,
		ConnectUsername:       subscription.User,
		ConnectPassword:       []byte(subscription.Password),
		OnConnectionUp: func(manager *autopaho.ConnectionManager, _ *paho.Connack) {
			_, err := manager.Subscribe(ctx, &paho.Subscribe{Subscriptions: []paho.SubscribeOptions{
				{Topic: subscription.Filter, QoS: 1}}})
			select {
			case subscribed <- err:
			default: // Connected again.
			}
		},
		ClientConfig: paho.ClientConfig{
			ClientID: subscription.ClientID,
			OnPublishReceived: []func(paho.PublishReceived) (bool, error){
				func(received paho.PublishReceived) (bool, error) {
					receive(received.Packet, ledger)
					return true, nil
				}},
		},
	}
	if _, err := autopaho.NewConnection(ctx, config); err != nil {
		return err
	}
	select {
	case err := <-subscribed:
		return err
	case <-time.After(30 * time.Second):
		return context.DeadlineExceeded
	}
}

func receive(packet *paho.Publish, ledger *Ledger) {
	user, err := strconv.ParseInt(packet.Topic[strings.LastIndex(packet.Topic, "/")+1:], 10, 64)
	var event struct {
		Payload string `json:"message_payload"`
	}
	if err == nil && json.Unmarshal(packet.Payload, &event) == nil {
		ledger.Receive(user, event.Payload)
	}
}
