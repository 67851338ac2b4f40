// Calls post, the function of docs/outbox.md, which post.go is made of: document CONNINFO GROUP.
package main

import (
	"context"
	"database/sql"
	"log"
	"os"

	eventsv1 "github.com/dino-bridge/dino-bridge/clients/go/dino/events/v1"
	_ "github.com/jackc/pgx/v5/stdlib"
	"google.golang.org/protobuf/types/known/timestamppb"
)

func main() {
	db, err := sql.Open("pgx", os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	message := &eventsv1.Message{
		GroupId: os.Args[2], SenderId: 1234, MessageId: "c87efd18-8879-4c24-8b26-ccb7f40a0fe5",
		MessagePayload: "Lunch?", MessageType: "text", CreatedAt: timestamppb.Now(),
	}
	if err := post(context.Background(), db, message, []int64{1234, 4321}); err != nil {
		log.Fatal(err)
	}
}
