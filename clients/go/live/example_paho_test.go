package live

import (
	"context"
	"fmt"
	"net/url"
	"os"

	"github.com/dino-bridge/dino-bridge/clients/go/dinoevents"
	"github.com/dino-bridge/dino-bridge/clients/go/dinoevents/subscriber"
	"github.com/eclipse/paho.golang/autopaho"
	"github.com/eclipse/paho.golang/paho"
)

// A device of user 1234 with paho.golang.
func Example() {
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	seen := subscriber.NewDeduplicator(0)
	handled := make(chan string)
	subscribed := make(chan struct{})
	config := autopaho.ClientConfig{
		ServerUrls: []*url.URL{brokerURL()}, KeepAlive: 20, CleanStartOnInitialConnection: true,
		OnConnectionUp: func(connection *autopaho.ConnectionManager, _ *paho.Connack) {
			topic := paho.SubscribeOptions{Topic: "dms/dev/1234", QoS: 1}
			if _, err := connection.Subscribe(ctx, &paho.Subscribe{Subscriptions: []paho.SubscribeOptions{topic}}); err == nil {
				close(subscribed)
			}
		},
		ClientConfig: paho.ClientConfig{
			OnPublishReceived: []func(paho.PublishReceived) (bool, error){func(r paho.PublishReceived) (bool, error) {
				message := r.Packet
				if seen.IsNew(message.Topic, message.Payload, message.Properties.User.Get("event_id")) {
					handled <- message.Topic
				}
				return true, nil
			}},
		},
	}
	if _, err := autopaho.NewConnection(ctx, config); err != nil {
		fmt.Println(err)
		return
	}
	<-subscribed

	publisher, err := dinoevents.New(os.Getenv("STAGE_BRIDGE"))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer publisher.Close()
	delivery, err := publisher.PublishMessage(ctx, lunch("Lunch?", 1234))
	if err != nil {
		fmt.Println(err)
		return
	}
	topic := <-handled
	fmt.Println(topic, seen.IsNew(topic, nil, delivery.EventID)) // A copy would not be new.
	// Output: dms/dev/1234 false
}
