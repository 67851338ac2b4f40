package dinoevents

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"strconv"
	"testing"
	"time"

	"google.golang.org/grpc/codes"
)

// conformanceCase is one of clients/conformance/answers.json.
type conformanceCase struct {
	Name       string   `json:"name"`
	Call       string   `json:"call"`
	Users      []int64  `json:"users"`
	Recipients int64    `json:"recipients"`
	Key        string   `json:"key"`
	Script     []answer `json:"script"`
	Policy     struct {
		Timeout        duration `json:"timeout"`
		AttemptTimeout duration `json:"attempt_timeout"`
		Recipients     int      `json:"recipients"`
	} `json:"policy"`
	Expect struct {
		Outcome        outcomes  `json:"outcome"`
		Attempts       *int      `json:"attempts"`
		Tokens         []string  `json:"tokens"`
		Keys           []string  `json:"keys"`
		Received       []int     `json:"received"`
		AtLeast        duration  `json:"at_least"`
		AtMost         *duration `json:"at_most"`
		Retryable      *bool     `json:"retryable"`
		MaybePublished *bool     `json:"maybe_published"`
		Violations     []string  `json:"violations"`
		Acknowledged   *int      `json:"acknowledged"`
	} `json:"expect"`
}

// outcomes are one, or a list of them.
type outcomes []string

func (o *outcomes) UnmarshalJSON(text []byte) error {
	var one string
	if json.Unmarshal(text, &one) == nil {
		*o = outcomes{one}
		return nil
	}
	return json.Unmarshal(text, (*[]string)(o))
}

func timeOf(d duration) time.Duration { return time.Duration(d) }

func (c *conformanceCase) policy() Policy {
	policy := DefaultPolicy()
	if c.Policy.Timeout > 0 {
		policy.Timeout = timeOf(c.Policy.Timeout)
	}
	if c.Policy.AttemptTimeout > 0 {
		policy.AttemptTimeout = timeOf(c.Policy.AttemptTimeout)
	}
	if c.Policy.Recipients > 0 {
		policy.Limits.Recipients = c.Policy.Recipients
	}
	return policy
}

func (c *conformanceCase) events() []*Event {
	if len(c.Users) == 0 {
		var options []EventOption
		if c.Key != "" {
			options = append(options, WithKey(c.Key))
		}
		return []*Event{message("0", users(1, max(2, c.Recipients)), options...)}
	}
	var made []*Event
	for i, user := range c.Users {
		made = append(made, message(strconv.Itoa(i), []int64{user}))
	}
	return made
}

// callOf publishes the events as the case says. ways are several if there are several.
func (c *conformanceCase) ways() map[string]func(*testing.T, *Publisher, []*Event) []Result {
	switch c.Call {
	case "batch":
		return map[string]func(*testing.T, *Publisher, []*Event) []Result{"batch": inABatch}
	case "stream":
		return map[string]func(*testing.T, *Publisher, []*Event) []Result{
			"stream": onAStream, "iterator": withAnIterator,
		}
	}
	return map[string]func(*testing.T, *Publisher, []*Event) []Result{"unary": oneByOne}
}

func resultOf(t *testing.T, delivery *Delivery, err error) Result {
	t.Helper()
	var failed *Error
	if err != nil && !errors.As(err, &failed) {
		t.Fatalf("not an Error: %v", err)
	}
	return Result{delivery, failed}
}

func oneByOne(t *testing.T, publisher *Publisher, events []*Event) []Result {
	delivery, err := publisher.Publish(context.Background(), events[0])
	return []Result{resultOf(t, delivery, err)}
}

func inABatch(_ *testing.T, publisher *Publisher, events []*Event) []Result {
	results, _ := publisher.PublishBatch(context.Background(), events)
	return results
}

func onAStream(t *testing.T, publisher *Publisher, events []*Event) []Result {
	stream := publisher.Stream(context.Background())
	var pending []*Pending
	for _, event := range events {
		one, err := stream.Publish(context.Background(), event)
		if err != nil {
			t.Fatal(err)
		}
		pending = append(pending, one)
	}
	var results []Result
	for _, one := range pending {
		delivery, err := one.Wait(context.Background())
		results = append(results, resultOf(t, delivery, err))
	}
	if err := stream.Close(); err != nil {
		t.Error(err) // Every failure was asked for.
	}
	return results
}

func withAnIterator(_ *testing.T, publisher *Publisher, events []*Event) []Result {
	all := func(yield func(*Event) bool) {
		for _, event := range events {
			if !yield(event) {
				return
			}
		}
	}
	byEvent := make(map[*Event]Result)
	publisher.PublishAll(context.Background(), all)(func(event *Event, result Result) bool {
		byEvent[event] = result
		return true
	})
	var results []Result
	for _, event := range events {
		results = append(results, byEvent[event])
	}
	return results
}

func outcomeOf(result Result) string {
	switch {
	case result.Err == nil:
		return codeName(codes.OK)
	case result.Err.Reason != "":
		return string(result.Err.Reason)
	}
	return codeName(result.Err.Code)
}

func TestConformance(t *testing.T) {
	text, err := os.ReadFile("../../conformance/answers.json")
	if err != nil {
		t.Fatal(err)
	}
	var cases []conformanceCase
	if err := json.Unmarshal(text, &cases); err != nil {
		t.Fatal(err)
	}
	for _, one := range cases {
		for way, publish := range one.ways() {
			t.Run(one.Name+"/"+way, func(t *testing.T) {
				t.Parallel()
				one.run(t, publish)
			})
		}
	}
}

func (c *conformanceCase) run(t *testing.T, publish func(*testing.T, *Publisher, []*Event) []Result) {
	server := startScripted(t, c.Script)
	publisher, err := New(server.address, WithPolicy(c.policy()))
	if err != nil {
		t.Fatal(err)
	}
	defer publisher.Close()
	began := time.Now()
	results := publish(t, publisher, c.events())
	took := time.Since(began)

	var outcomes []string
	for _, result := range results {
		outcomes = append(outcomes, outcomeOf(result))
	}
	wantSlice(t, "outcome", outcomes, c.Expect.Outcome)
	c.checkReceived(t, server)
	c.checkResult(t, results[0])
	if took < timeOf(c.Expect.AtLeast) {
		t.Errorf("it took %v only", took)
	}
	if c.Expect.AtMost != nil && took > timeOf(*c.Expect.AtMost) {
		t.Errorf("it took %v", took)
	}
}

func (c *conformanceCase) checkReceived(t *testing.T, server *scriptedServer) {
	var keys, tokens []string
	var numbers []int
	for _, one := range server.received() {
		keys = append(keys, one.GetOptions().GetIdempotencyKey())
		tokens = append(tokens, string(one.GetOptions().GetResumeToken()))
		number, _ := strconv.Atoi(one.GetMessage().GetMessagePayload())
		numbers = append(numbers, number)
	}
	if c.Expect.Attempts != nil {
		wantEqual(t, "attempts", server.attemptCount(), *c.Expect.Attempts)
	}
	if c.Expect.Tokens != nil {
		wantSlice(t, "tokens", tokens, c.Expect.Tokens)
	}
	if c.Expect.Received != nil {
		wantSlice(t, "received", numbers, c.Expect.Received)
	}
	for _, key := range keys {
		if key == "" || len(c.Users) == 0 && c.Expect.Keys == nil && key != keys[0] {
			t.Errorf("the keys are %q", keys)
		}
	}
	if c.Expect.Keys != nil {
		wantSlice(t, "keys", keys, c.Expect.Keys)
	}
}

func (c *conformanceCase) checkResult(t *testing.T, result Result) {
	if c.Expect.Acknowledged != nil {
		var got int
		if result.Err != nil {
			got = result.Err.AcknowledgedCount
		} else {
			got = result.Delivery.AcknowledgedCount
		}
		wantEqual(t, "acknowledged", got, *c.Expect.Acknowledged)
	}
	if result.Err == nil {
		return
	}
	if c.Expect.Retryable != nil {
		wantEqual(t, "retryable", result.Err.Retryable, *c.Expect.Retryable)
	}
	if c.Expect.MaybePublished != nil {
		wantEqual(t, "maybe published", result.Err.MaybePublished, *c.Expect.MaybePublished)
	}
	if c.Expect.Violations != nil {
		var fields []string
		for _, one := range result.Err.Violations {
			fields = append(fields, one.Field)
		}
		wantSlice(t, "violations", fields, c.Expect.Violations)
	}
}
