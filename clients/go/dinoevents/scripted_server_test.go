package dinoevents

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"sync"
	"testing"

	eventsv1 "github.com/dino-bridge/dino-bridge/clients/go/dino/events/v1"
	spb "google.golang.org/genproto/googleapis/rpc/status"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/protoadapt"
)

// answer is one of a conformance case's script.
type answer struct {
	OK           bool     `json:"ok"`
	Silent       bool     `json:"silent"`
	Code         string   `json:"code"`
	Reason       Reason   `json:"reason"`
	RetryAfter   duration `json:"retry_after"`
	PushbackMS   string   `json:"pushback_ms"`
	ResumeToken  *string  `json:"resume_token"`
	Acknowledged *uint32  `json:"acknowledged"`
	Fields       []string `json:"fields"`
	Results      []answer `json:"results"`
	After        int      `json:"after"`
	Then         *answer  `json:"then"`
	isList       bool
}

func (a *answer) UnmarshalJSON(text []byte) error {
	type plain answer
	var keys map[string]json.RawMessage
	if err := json.Unmarshal(text, &keys); err != nil {
		return err
	}
	if err := json.Unmarshal(text, (*plain)(a)); err != nil {
		return err
	}
	_, a.isList = keys["results"]
	return nil
}

func (a *answer) status(t testing.TB) *spb.Status {
	var code codes.Code
	if err := code.UnmarshalJSON([]byte(`"` + a.Code + `"`)); err != nil {
		t.Error(err)
	}
	var details []protoadapt.MessageV1
	if a.Reason != "" {
		details = append(details, errorInfo(a.Reason))
	}
	if a.RetryAfter > 0 {
		details = append(details, retryInfo(timeOf(a.RetryAfter)))
	}
	if a.ResumeToken != nil || a.Acknowledged != nil {
		progress := &eventsv1.PublishFailure{EventId: "id", RecipientCount: 9}
		if a.ResumeToken != nil {
			progress.ResumeToken = []byte(*a.ResumeToken)
		}
		if a.Acknowledged != nil {
			progress.AcknowledgedCount = *a.Acknowledged
		}
		details = append(details, progress)
	}
	if len(a.Fields) > 0 {
		details = append(details, badRequest(a.Fields...))
	}
	return statusWith(t, code, details...)
}

func (a *answer) result(t testing.TB, r *eventsv1.PublishMessageRequest) *eventsv1.EventResult {
	if a.OK {
		return &eventsv1.EventResult{Result: &eventsv1.EventResult_Delivery{Delivery: deliveryTo(r)}}
	}
	return &eventsv1.EventResult{Result: &eventsv1.EventResult_Error{Error: a.status(t)}}
}

func deliveryTo(r *eventsv1.PublishMessageRequest) *eventsv1.Delivery {
	count := uint32(len(r.GetUserIds()))
	return &eventsv1.Delivery{EventId: "id", RecipientCount: count, AcknowledgedCount: count}
}

// scriptedServer plays the service: it answers attempts as a script says, on a free port.
type scriptedServer struct {
	eventsv1.UnimplementedEventPublisherServiceServer
	t       testing.TB
	script  []answer
	address string
	called  chan struct{} // Once for each attempt.

	mu       sync.Mutex
	attempts [][]*eventsv1.PublishMessageRequest
	metadata []metadata.MD
}

func startScripted(t testing.TB, script []answer) *scriptedServer {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &scriptedServer{t: t, script: script, address: listener.Addr().String(), called: make(chan struct{}, 1000)}
	server := grpc.NewServer()
	eventsv1.RegisterEventPublisherServiceServer(server, s)
	served := make(chan struct{})
	go func() {
		defer close(served)
		_ = server.Serve(listener) // It ends with Stop.
	}()
	t.Cleanup(func() {
		server.Stop()
		<-served
	})
	return s
}

// next is the next answer of the script, and the number of the attempt.
func (s *scriptedServer) next(ctx context.Context, received ...*eventsv1.PublishMessageRequest) (*answer, int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	number := len(s.attempts)
	s.attempts = append(s.attempts, received)
	given, _ := metadata.FromIncomingContext(ctx)
	s.metadata = append(s.metadata, given)
	s.called <- struct{}{}
	return &s.script[min(number, len(s.script)-1)], number
}

// received are all messages that came, in their order.
func (s *scriptedServer) received() []*eventsv1.PublishMessageRequest {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []*eventsv1.PublishMessageRequest
	for _, attempt := range s.attempts {
		all = append(all, attempt...)
	}
	return all
}

func (s *scriptedServer) attemptCount() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.attempts)
}

// end is the error of an answer that is no success.
func (s *scriptedServer) end(ctx context.Context, a *answer, setTrailer func(metadata.MD)) error {
	if a.Silent {
		<-ctx.Done()
		return status.FromContextError(ctx.Err()).Err()
	}
	if a.PushbackMS != "" {
		setTrailer(metadata.Pairs(pushbackTrailer, a.PushbackMS))
	}
	return status.ErrorProto(a.status(s.t))
}

func (s *scriptedServer) PublishMessage(ctx context.Context, r *eventsv1.PublishMessageRequest) (*eventsv1.PublishMessageResponse, error) {
	a, _ := s.next(ctx, r)
	if !a.OK {
		return nil, s.end(ctx, a, func(md metadata.MD) { _ = grpc.SetTrailer(ctx, md) })
	}
	return &eventsv1.PublishMessageResponse{Delivery: deliveryTo(r)}, nil
}

func (s *scriptedServer) PublishBatch(ctx context.Context, r *eventsv1.PublishBatchRequest) (*eventsv1.PublishBatchResponse, error) {
	var messages []*eventsv1.PublishMessageRequest
	for _, event := range r.GetEvents() {
		messages = append(messages, event.GetMessage())
	}
	a, _ := s.next(ctx, messages...)
	if !a.OK && !a.isList {
		return nil, s.end(ctx, a, func(md metadata.MD) { _ = grpc.SetTrailer(ctx, md) })
	}
	response := &eventsv1.PublishBatchResponse{}
	for i, one := range messages {
		given := a
		if a.isList {
			given = &a.Results[i]
		}
		response.Results = append(response.Results, given.result(s.t, one))
	}
	return response, nil
}

func (s *scriptedServer) PublishStream(
	stream grpc.BidiStreamingServer[eventsv1.PublishStreamRequest, eventsv1.PublishStreamResponse],
) error {
	a, number := s.next(stream.Context())
	last := max(len(a.Results), a.After)
	if a.isList && last == 0 && a.Then != nil {
		return s.end(stream.Context(), a.Then, stream.SetTrailer)
	}
	if !a.OK && !a.isList {
		return s.end(stream.Context(), a, stream.SetTrailer)
	}
	for count := 1; ; count++ {
		r, err := stream.Recv()
		if err != nil {
			if errors.Is(err, io.EOF) {
				return nil
			}
			return err
		}
		message := r.GetEvent().GetMessage()
		s.mu.Lock()
		s.attempts[number] = append(s.attempts[number], message)
		s.mu.Unlock()
		var given *answer
		if a.OK {
			given = a
		} else if count <= len(a.Results) {
			given = &a.Results[count-1]
		}
		if given != nil {
			if err := stream.Send(&eventsv1.PublishStreamResponse{
				Sequence: r.GetSequence(), Result: given.result(s.t, message),
			}); err != nil {
				return err
			}
		}
		if count >= last && a.Then != nil {
			return s.end(stream.Context(), a.Then, stream.SetTrailer)
		}
	}
}
