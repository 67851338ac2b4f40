package load

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// How long a call may take.
const deadline = 10 * time.Second

// An event on its way.
type event struct {
	caller   *caller
	sequence int
	token    []byte // Of its last failure.
	began    time.Time
	repeated int
}

// json returns the event as a PublishMessageRequest.
func (e *event) json() string {
	users, _ := json.Marshal(e.caller.users)
	return fmt.Sprintf(`{"message": {"group_id": "0f9c2d1e-7a34-4b58-9c6d-2e1f8a7b3c40", "sender_id": 1,
		"message_id": "%08x-0000-4000-8000-%012x", "message_payload": %q, "message_type": "text",
		"created_at": "2026-01-31T12:00:00Z"}, "user_ids": %s,
		"options": {"idempotency_key": "%s/%s", "resume_token": %q}}`,
		e.caller.number, e.sequence, Payload(e.caller.name, e.sequence), users,
		e.caller.run, Payload(e.caller.name, e.sequence), base64.StdEncoding.EncodeToString(e.token))
}

// A sender makes one attempt for some events, in order, and returns the error of each.
type sender interface {
	send(ctx context.Context, events []*event) []error
}

func all(events []*event, err error) []error {
	errors := make([]error, len(events))
	for i := range errors {
		errors[i] = err
	}
	return errors
}

// unary makes a call for each event.
type unary struct {
	api  *API
	conn *grpc.ClientConn
}

func (u unary) send(ctx context.Context, events []*event) []error {
	ctx, cancel := context.WithTimeout(ctx, deadline)
	defer cancel()
	const method = "PublishMessage"
	errors := make([]error, 0, len(events))
	for _, one := range events {
		errors = append(errors, u.conn.Invoke(ctx, path(method), u.api.request(method, one.json()), u.api.response(method)))
	}
	return errors
}

// batch makes one call for all.
type batch struct {
	api  *API
	conn *grpc.ClientConn
}

func (b batch) send(ctx context.Context, events []*event) []error {
	ctx, cancel := context.WithTimeout(ctx, deadline)
	defer cancel()
	const method = "PublishBatch"
	var texts []string
	for _, one := range events {
		texts = append(texts, `{"message": `+one.json()+`}`)
	}
	response := b.api.response(method)
	request := b.api.request(method, `{"events": [`+strings.Join(texts, ",")+`]}`)
	if err := b.conn.Invoke(ctx, path(method), request, response); err != nil {
		return all(events, err)
	}
	results := field(response, "results").List()
	errors := make([]error, len(events))
	for i := range errors {
		errors[i] = resultOf(results.Get(i).Message())
	}
	return errors
}

// stream keeps a stream open, and opens another one when it ends.
type stream struct {
	api    *API
	conn   *grpc.ClientConn
	open   grpc.ClientStream
	cancel context.CancelFunc
}

func (s *stream) send(ctx context.Context, events []*event) []error {
	const method = "PublishStream"
	if s.open == nil {
		its, cancel := context.WithCancel(ctx)
		opened, err := s.conn.NewStream(its, &grpc.StreamDesc{ClientStreams: true, ServerStreams: true}, path(method))
		if err != nil {
			cancel()
			return all(events, err)
		}
		s.open, s.cancel = opened, cancel
	}
	timer := time.AfterFunc(deadline, s.cancel)
	defer timer.Stop()
	for i, one := range events {
		text := fmt.Sprintf(`{"sequence": %d, "event": {"message": %s}}`, i+1, one.json())
		if s.open.SendMsg(s.api.request(method, text)) != nil {
			break // RecvMsg tells why.
		}
	}
	return s.receive(events, method)
}

// receive reads the answers to the events. Those that have none when the stream ends get its error.
func (s *stream) receive(events []*event, method string) []error {
	unanswered := status.Error(codes.Unavailable, "the stream ended before the answer")
	errors := all(events, unanswered)
	for range events {
		response := s.api.response(method)
		if err := s.open.RecvMsg(response); err != nil {
			s.close()
			if err == io.EOF || status.Code(err) == codes.Canceled { // Canceled by the timer.
				return errors
			}
			for i := range errors {
				if errors[i] == unanswered {
					errors[i] = err
				}
			}
			return errors
		}
		errors[field(response, "sequence").Uint()-1] = resultOf(field(response, "result").Message())
	}
	return errors
}

func (s *stream) close() {
	if s.open != nil {
		s.cancel()
		s.open = nil
	}
}
