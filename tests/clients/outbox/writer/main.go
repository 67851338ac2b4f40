// The Go writer of clients/python/outbox/kills.py: writer NAME CONNINFO EVENTS LANES. It does what
// writer.py there does.
package main

import (
	"context"
	"database/sql"
	"fmt"
	"log"
	"math/rand"
	"os"
	"strconv"
	"time"

	eventsv1 "github.com/dino-bridge/dino-bridge/clients/go/dino/events/v1"
	"github.com/dino-bridge/dino-bridge/clients/go/outbox"
	_ "github.com/jackc/pgx/v5/stdlib"
	"google.golang.org/protobuf/types/known/timestamppb"
)

const (
	group      = "6cbb3265-2a7f-494d-92ad-f4503d55d49f"
	mostEvents = 8
	rolledBack = 0.02
)

type entry struct {
	lane int
	text string
}

func request(e entry) *eventsv1.PublishMessageRequest {
	first := int64(2*e.lane + 1)
	return &eventsv1.PublishMessageRequest{
		Message: &eventsv1.Message{
			GroupId: group, SenderId: 7, MessageId: group, MessagePayload: e.text, MessageType: "text",
			CreatedAt: timestamppb.Now(),
		},
		UserIds: []int64{first, first + 1},
		Options: &eventsv1.PublishOptions{IdempotencyKey: e.text},
	}
}

func insert(ctx context.Context, tx *sql.Tx, chunk []entry, prefix string) error {
	for _, e := range chunk {
		key := outbox.WithOrderingKey(fmt.Sprintf("lane-%d", e.lane))
		if _, err := outbox.Enqueue(ctx, tx, request(entry{e.lane, prefix + e.text}), key); err != nil {
			return err
		}
	}
	return nil
}

// write commits a chunk, unless keep is false.
func write(ctx context.Context, db *sql.DB, chunk []entry, prefix string, keep bool) error {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback() //nolint:errcheck // After a commit it does nothing.
	if err := insert(ctx, tx, chunk, prefix); err != nil || !keep {
		return err
	}
	return tx.Commit()
}

// isThere tells whether a chunk was committed, if the answer to that was lost.
func isThere(ctx context.Context, db *sql.DB, chunk []entry) (bool, error) {
	var count int
	const query = "SELECT count(*) FROM dino_outbox WHERE idempotency_key = $1"
	err := db.QueryRowContext(ctx, query, chunk[0].text).Scan(&count)
	return count == 1, err
}

func writeOnce(ctx context.Context, db *sql.DB, chunk []entry) {
	for unknown := false; ; unknown = true {
		if unknown {
			time.Sleep(100 * time.Millisecond) // The database was killed.
			if there, err := isThere(ctx, db, chunk); err != nil || there {
				if err == nil {
					return
				}
				continue
			}
		}
		if write(ctx, db, chunk, "", true) == nil {
			return
		}
	}
}

func main() {
	log.SetFlags(0)
	if len(os.Args) != 5 {
		log.Fatal("usage: writer NAME CONNINFO EVENTS LANES")
	}
	name := os.Args[1]
	count, err := strconv.Atoi(os.Args[3])
	if err != nil {
		log.Fatal(err)
	}
	lanes, err := strconv.Atoi(os.Args[4])
	if err != nil {
		log.Fatal(err)
	}
	db, err := sql.Open("pgx", os.Args[2])
	if err != nil {
		log.Fatal(err)
	}
	chance := rand.New(rand.NewSource(1))
	following := make([]int, lanes)
	for ctx := context.Background(); count > 0; {
		var chunk []entry
		for range min(count, 1+chance.Intn(mostEvents)) {
			lane := chance.Intn(lanes)
			chunk = append(chunk, entry{lane, fmt.Sprintf("%s-%d:%d", name, lane, following[lane])})
			following[lane]++
		}
		count -= len(chunk)
		if chance.Float64() < rolledBack {
			_ = write(ctx, db, chunk, "ghost-", false) // Whatever comes of it, it is not committed.
		}
		writeOnce(ctx, db, chunk)
	}
	fmt.Println("written")
}
