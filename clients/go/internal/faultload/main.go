// Program faultload publishes until its standard input ends, for clients/python/faults, and tells
// what became of each event, one JSON object a line.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"log"
	"os"
	"sync"
	"time"

	"github.com/dino-bridge/dino-bridge/clients/go/dinoevents"
	"google.golang.org/grpc/codes"
)

const (
	group      = "6cbb3265-2a7f-494d-92ad-f4503d55d49f"
	lanes      = 4
	recipients = 3
	pause      = 10 * time.Millisecond // Between two events: the faults are what counts, not the load.
)

// line is what the program tells: an event has ended, an attempt of one has failed, or a call has
// succeeded.
type line struct {
	Load    string   `json:"load"`
	Text    string   `json:"text,omitempty"`
	Users   []int64  `json:"users,omitempty"`
	Took    float64  `json:"took"`
	Error   *problem `json:"error,omitempty"`
	Failed  *problem `json:"failed,omitempty"`
	Success bool     `json:"success,omitempty"`
	// Of the event of -members.
	Delivery *dinoevents.Delivery `json:"delivery,omitempty"`
}

type problem struct {
	Key               string  `json:"key"`
	Reason            string  `json:"reason"`
	Retryable         bool    `json:"retryable"`
	RetryAfter        float64 `json:"retry_after"`
	RecipientCount    int     `json:"recipient_count"`
	AcknowledgedCount int     `json:"acknowledged_count"`
	Users             []int64 `json:"users"` // Those who were not acknowledged.
	Message           string  `json:"message"`
}

func problemOf(err *dinoevents.Error) *problem {
	if err == nil {
		return nil
	}
	reason := string(err.Reason)
	if reason == "" {
		reason = err.Code.String()
	}
	made := &problem{
		err.Key, reason, err.Retryable, err.RetryAfter.Seconds(), err.RecipientCount, err.AcknowledgedCount,
		[]int64{}, err.Error(),
	}
	for _, one := range err.FailedRecipients {
		made.Users = append(made.Users, one.UserID)
	}
	return made
}

type teller struct {
	mu      sync.Mutex
	encoder *json.Encoder
}

func (t *teller) tell(one line) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if err := t.encoder.Encode(one); err != nil {
		log.Fatal(err)
	}
}

// load is one publisher and its lanes of users. Each lane's events are numbered in their order.
type load struct {
	name      string
	firstUser int64
	next      [lanes]int
	publisher *dinoevents.Publisher
	told      *teller
	stop      <-chan struct{}
}

type sent struct {
	text  string
	users []int64
	event *dinoevents.Event
	began time.Time
}

// event is the next one of a lane. Its text is its key too.
func (l *load) event(lane int) sent {
	text := fmt.Sprintf("%s-%d:%d", l.name, lane, l.next[lane])
	l.next[lane]++
	users := make([]int64, recipients)
	for i := range users {
		users[i] = l.firstUser + int64(lane*recipients+i)
	}
	content := dinoevents.Message{GroupID: group, SenderID: 7, Text: text, To: users}
	return sent{text, users, dinoevents.NewEvent(content, dinoevents.WithKey(text)), time.Now()}
}

func (l *load) ended(one sent, err *dinoevents.Error) {
	l.told.tell(line{
		Load: l.name, Text: one.text, Users: one.users, Took: time.Since(one.began).Seconds(), Error: problemOf(err),
	})
}

// goesOn waits, and says whether the load is to go on.
func (l *load) goesOn(wait time.Duration) bool {
	select {
	case <-l.stop:
		return false
	case <-time.After(wait):
		return true
	}
}

func (l *load) unary(ctx context.Context) {
	var running sync.WaitGroup
	for lane := range lanes {
		running.Add(1)
		go func() {
			defer running.Done()
			for l.goesOn(pause) {
				one := l.event(lane)
				_, err := l.publisher.Publish(ctx, one.event)
				var failed *dinoevents.Error
				errors.As(err, &failed)
				l.ended(one, failed)
			}
		}()
	}
	running.Wait()
}

func (l *load) batch(ctx context.Context) {
	for l.goesOn(pause * lanes) {
		var batch []sent
		var events []*dinoevents.Event
		for number := range 3 * lanes {
			one := l.event(number % lanes)
			batch = append(batch, one)
			events = append(events, one.event)
		}
		results, _ := l.publisher.PublishBatch(ctx, events) // Each result has its error.
		for i, result := range results {
			l.ended(batch[i], result.Err)
		}
	}
}

func (l *load) stream(ctx context.Context) {
	byEvent := make(map[*dinoevents.Event]sent)
	events := func(yield func(*dinoevents.Event) bool) {
		for number := 0; l.goesOn(pause / lanes); number++ {
			one := l.event(number % lanes)
			byEvent[one.event] = one
			if !yield(one.event) {
				return
			}
		}
	}
	all := l.publisher.PublishAll(ctx, events, dinoevents.WithWindow(200))
	all(func(event *dinoevents.Event, result dinoevents.Result) bool {
		l.ended(byEvent[event], result.Err)
		delete(byEvent, event)
		return true
	})
}

// hooks tell of each attempt.
func hooks(name string, told *teller) dinoevents.Hooks {
	return dinoevents.Hooks{
		EventFailed: func(_ string, err *dinoevents.Error) { told.tell(line{Load: name, Failed: problemOf(err)}) },
		AttemptEnded: func(attempt dinoevents.Attempt) {
			if attempt.Code == codes.OK {
				told.tell(line{Load: name, Success: true})
			}
		},
	}
}

type arguments struct {
	address, keyFile string
	timeout          time.Duration
	firstUser        int64
	members          int64
}

func (a *arguments) publisher(name string, told *teller) *dinoevents.Publisher {
	options := []dinoevents.Option{dinoevents.WithTimeout(a.timeout), dinoevents.WithHooks(hooks(name, told))}
	if a.keyFile != "" {
		options = append(options, dinoevents.WithAPIKeyFile(a.keyFile))
	}
	publisher, err := dinoevents.New(a.address, options...)
	if err != nil {
		log.Fatal(err)
	}
	return publisher
}

// publishToMany publishes one event to that many users.
func (a *arguments) publishToMany(told *teller) {
	publisher := a.publisher("large", told)
	defer publisher.Close()
	to := make([]int64, a.members)
	for i := range to {
		to[i] = int64(i) + 1
	}
	content := dinoevents.Message{GroupID: group, SenderID: 7, Text: "large:0", To: to}
	delivery, err := publisher.PublishMessage(context.Background(), content, dinoevents.WithKey("large"))
	var failed *dinoevents.Error
	errors.As(err, &failed)
	told.tell(line{Load: "large", Text: "large:0", Delivery: delivery, Error: problemOf(failed)})
}

func (a *arguments) publishUntilTold(told *teller) {
	stop := make(chan struct{})
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		close(stop)
	}()
	// Two of each: as many as in Python, or nothing would be overloaded.
	works := []struct {
		name string
		work func(*load, context.Context)
	}{
		{"go-unary", (*load).unary}, {"go-batch", (*load).batch}, {"go-stream", (*load).stream},
		{"go-unary-2", (*load).unary}, {"go-batch-2", (*load).batch}, {"go-stream-2", (*load).stream},
	}
	var running sync.WaitGroup
	for i, one := range works {
		publisher := a.publisher(one.name, told)
		l := &load{name: one.name, firstUser: a.firstUser + int64(i)*100, publisher: publisher, told: told, stop: stop}
		running.Add(1)
		go func() {
			defer running.Done()
			defer publisher.Close()
			one.work(l, context.Background())
		}()
	}
	running.Wait()
}

func main() {
	var a arguments
	flag.StringVar(&a.address, "address", "", "the servers")
	flag.StringVar(&a.keyFile, "key-file", "", "the file with the API key, if one is needed")
	flag.DurationVar(&a.timeout, "timeout", 30*time.Second, "of each event")
	flag.Int64Var(&a.firstUser, "first-user", 1, "the users are this one and those behind it")
	flag.Int64Var(&a.members, "members", 0, "publish only one event, to that many users")
	flag.Parse()
	told := &teller{encoder: json.NewEncoder(os.Stdout)}
	if a.members > 0 {
		a.publishToMany(told)
	} else {
		a.publishUntilTold(told)
	}
}
