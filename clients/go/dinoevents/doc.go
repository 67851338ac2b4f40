// Package dinoevents publishes chat events to users through dino-bridge: typed, with retries that
// complete instead of doubling.
//
//	publisher, err := dinoevents.New("dino-bridge:50051")
//	…
//	delivery, err := publisher.PublishMessage(ctx, dinoevents.Message{
//		GroupID: group, SenderID: 7, Text: "Lunch?", To: []int64{1234, 4321},
//	})
//
// Every call has a deadline and an idempotency key, and is repeated until it is complete; a retry
// publishes only what is missing, whatever server takes it.
package dinoevents
