package load

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"

	"google.golang.org/grpc"
)

// Options say how much is published, and how what fails is repeated.
type Options struct {
	// Distinguishes idempotency keys of this run from those of others.
	Run string
	// Callers of each kind: unary, batch, stream.
	Callers int
	// The first user; each caller has three of its own.
	FirstUser int64
	// Between two calls of a caller.
	Pause time.Duration
	// Attempts for an event, and the pause before the second one; it doubles with each.
	Attempts int
	Backoff  time.Duration
}

type caller struct {
	name, run string
	number    int
	users     []int64
	options   Options
	ledger    *Ledger
	api       *API
	sender    sender
	size      int // Events of one call.
	sequence  int
}

// Load is callers that publish until they are stopped.
type Load struct {
	cancel  context.CancelFunc
	running sync.WaitGroup
}

// Start starts callers of each kind over connections that `dial` makes, one for each caller.
func Start(dial func() (*grpc.ClientConn, error), name string, options Options, ledger *Ledger) (*Load, error) {
	ctx, cancel := context.WithCancel(context.Background())
	load := &Load{cancel: cancel}
	for i := range 3 * options.Callers {
		conn, err := dial()
		if err != nil {
			cancel()
			return nil, err
		}
		describe, done := context.WithTimeout(ctx, deadline)
		api, err := Describe(describe, conn)
		done()
		if err != nil {
			cancel()
			return nil, fmt.Errorf("%s: %w", conn.Target(), err)
		}
		one := &caller{run: options.Run, api: api, number: i, options: options, ledger: ledger}
		for user := range int64(3) {
			one.users = append(one.users, options.FirstUser+3*int64(i)+user)
		}
		switch i % 3 {
		case 0:
			one.sender, one.size = unary{api, conn}, 1
		case 1:
			one.sender, one.size = batch{api, conn}, 10
		case 2:
			one.sender, one.size = &stream{api: api, conn: conn}, 8
		}
		one.name = fmt.Sprintf("%s-%s-%d", name, [...]string{"unary", "batch", "stream"}[i%3], i)
		load.running.Go(func() {
			defer conn.Close()
			one.publish(ctx)
		})
	}
	return load, nil
}

// Stop returns when every caller has finished what it had begun.
func (l *Load) Stop() {
	l.cancel()
	l.running.Wait()
}

// publish makes calls until it is stopped, each event after the answer to those before.
func (c *caller) publish(stopped context.Context) {
	for stopped.Err() == nil {
		events := make([]*event, 0, c.size)
		for range c.size {
			c.sequence++
			events = append(events, &event{caller: c, sequence: c.sequence, began: time.Now()})
		}
		c.deliver(events)
		select {
		case <-stopped.Done():
		case <-time.After(c.options.Pause):
		}
	}
	if open, ok := c.sender.(*stream); ok {
		open.close()
	}
}

// deliver repeats what fails, as docs/retries.md says: with its key and its token, in order.
func (c *caller) deliver(events []*event) {
	backoff := c.options.Backoff
	for attempt := 1; ; attempt++ {
		var open []*event
		delay := backoff
		for i, err := range c.sender.send(context.Background(), events) {
			one := events[i]
			switch {
			case err == nil:
				c.ledger.succeed(c.name, c.users, one.sequence, one.repeated, time.Since(one.began))
			case attempt == c.options.Attempts || !repeatable(err):
				fmt.Printf("%s failed after %d attempts: %v\n", Payload(c.name, one.sequence), attempt, err)
				c.ledger.fail(one.repeated)
			default:
				delay = max(delay, retryDelay(err))
				if token := c.api.resumeToken(err); token != nil {
					one.token = token
				}
				one.repeated++
				open = append(open, one)
			}
		}
		if len(open) == 0 {
			return
		}
		events = open
		time.Sleep(time.Duration(float64(delay) * (0.8 + 0.4*rand.Float64())))
		backoff *= 2
	}
}
