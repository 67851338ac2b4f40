// Program overhead compares the CPU time of a call with that of bare grpc-go, with the same key and
// deadline: go run ./internal/overhead ADDRESS
//
// The two take turns, so that both have the same machine; the median of the ratios is what counts.
package main

import (
	"context"
	"fmt"
	"log"
	"os"
	"slices"
	"syscall"
	"time"

	eventsv1 "github.com/dino-bridge/dino-bridge/clients/go/dino/events/v1"
	"github.com/dino-bridge/dino-bridge/clients/go/dinoevents"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/protobuf/types/known/timestamppb"
)

const (
	group     = "6cbb3265-2a7f-494d-92ad-f4503d55d49f"
	messageID = "c87efd18-8879-4c24-8b26-ccb7f40a0fe5"
	calls     = 200
	rounds    = 151
)

var to = []int64{1, 2, 3, 4, 5}

func processorTime() time.Duration {
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		log.Fatal(err)
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

func timeOf(call func(number int) error) time.Duration {
	began := processorTime()
	for number := range calls {
		if err := call(number); err != nil {
			log.Fatal(err)
		}
	}
	return processorTime() - began
}

func bare(client eventsv1.EventPublisherServiceClient, key string) error {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	_, err := client.PublishMessage(ctx, &eventsv1.PublishMessageRequest{
		Message: &eventsv1.Message{
			GroupId: group, SenderId: 7, MessageId: messageID, MessagePayload: "Lunch?", MessageType: "text",
			CreatedAt: timestamppb.Now(),
		},
		UserIds: to,
		Options: &eventsv1.PublishOptions{IdempotencyKey: key},
	})
	return err
}

func ours(publisher *dinoevents.Publisher, key string) error {
	_, err := publisher.PublishMessage(context.Background(), dinoevents.Message{
		GroupID: group, SenderID: 7, MessageID: messageID, Text: "Lunch?", To: to,
	}, dinoevents.WithKey(key))
	return err
}

func main() {
	address := os.Args[1]
	conn, err := grpc.NewClient(address, grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		log.Fatal(err)
	}
	defer conn.Close()
	client := eventsv1.NewEventPublisherServiceClient(conn)
	publisher, err := dinoevents.New(address)
	if err != nil {
		log.Fatal(err)
	}
	defer publisher.Close()
	run := time.Now().UnixNano()
	var ratios []float64
	for round := range rounds {
		key := func(who string, number int) string { return fmt.Sprintf("%s-%d-%d-%d", who, run, round, number) }
		theirs := timeOf(func(number int) error { return bare(client, key("bare", number)) })
		mine := timeOf(func(number int) error { return ours(publisher, key("ours", number)) })
		if round > 0 {
			ratios = append(ratios, float64(mine)/float64(theirs))
		}
	}
	slices.Sort(ratios)
	fmt.Printf("median of the ratios: %.3f; the middle half: %.3f to %.3f\n",
		ratios[len(ratios)/2], ratios[len(ratios)/4], ratios[len(ratios)*3/4])
}
