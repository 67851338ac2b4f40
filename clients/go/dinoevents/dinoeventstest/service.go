package dinoeventstest

import (
	"context"
	"errors"
	"io"

	eventsv1 "github.com/dino-bridge/dino-bridge/clients/go/dino/events/v1"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// service gives the fake what its publisher sends.
type service struct {
	eventsv1.UnimplementedEventPublisherServiceServer
	fake *Fake
}

func (s *service) PublishGroup(_ context.Context, r *eventsv1.PublishGroupRequest) (*eventsv1.PublishGroupResponse, error) {
	delivery, err := s.fake.take(&eventsv1.EventRequest{Request: &eventsv1.EventRequest_Group{Group: r}})
	return &eventsv1.PublishGroupResponse{Delivery: delivery}, err
}

func (s *service) PublishMessage(_ context.Context, r *eventsv1.PublishMessageRequest) (*eventsv1.PublishMessageResponse, error) {
	delivery, err := s.fake.take(&eventsv1.EventRequest{Request: &eventsv1.EventRequest_Message{Message: r}})
	return &eventsv1.PublishMessageResponse{Delivery: delivery}, err
}

func (s *service) PublishAttachment(_ context.Context, r *eventsv1.PublishAttachmentRequest) (*eventsv1.PublishAttachmentResponse, error) {
	delivery, err := s.fake.take(&eventsv1.EventRequest{Request: &eventsv1.EventRequest_Attachment{Attachment: r}})
	return &eventsv1.PublishAttachmentResponse{Delivery: delivery}, err
}

func (s *service) PublishEdit(_ context.Context, r *eventsv1.PublishEditRequest) (*eventsv1.PublishEditResponse, error) {
	delivery, err := s.fake.take(&eventsv1.EventRequest{Request: &eventsv1.EventRequest_Edit{Edit: r}})
	return &eventsv1.PublishEditResponse{Delivery: delivery}, err
}

func (s *service) PublishActionLog(_ context.Context, r *eventsv1.PublishActionLogRequest) (*eventsv1.PublishActionLogResponse, error) {
	delivery, err := s.fake.take(&eventsv1.EventRequest{Request: &eventsv1.EventRequest_ActionLog{ActionLog: r}})
	return &eventsv1.PublishActionLogResponse{Delivery: delivery}, err
}

func (s *service) PublishRead(_ context.Context, r *eventsv1.PublishReadRequest) (*eventsv1.PublishReadResponse, error) {
	delivery, err := s.fake.take(&eventsv1.EventRequest{Request: &eventsv1.EventRequest_Read{Read: r}})
	return &eventsv1.PublishReadResponse{Delivery: delivery}, err
}

func (s *service) PublishJoin(_ context.Context, r *eventsv1.PublishJoinRequest) (*eventsv1.PublishJoinResponse, error) {
	delivery, err := s.fake.take(&eventsv1.EventRequest{Request: &eventsv1.EventRequest_Join{Join: r}})
	return &eventsv1.PublishJoinResponse{Delivery: delivery}, err
}

func (s *service) PublishLeave(_ context.Context, r *eventsv1.PublishLeaveRequest) (*eventsv1.PublishLeaveResponse, error) {
	delivery, err := s.fake.take(&eventsv1.EventRequest{Request: &eventsv1.EventRequest_Leave{Leave: r}})
	return &eventsv1.PublishLeaveResponse{Delivery: delivery}, err
}

func (s *service) PublishDeleteAttachment(_ context.Context, r *eventsv1.PublishDeleteAttachmentRequest) (*eventsv1.PublishDeleteAttachmentResponse, error) {
	delivery, err := s.fake.take(&eventsv1.EventRequest{Request: &eventsv1.EventRequest_DeleteAttachment{DeleteAttachment: r}})
	return &eventsv1.PublishDeleteAttachmentResponse{Delivery: delivery}, err
}

func (s *service) PublishDeleteMessage(_ context.Context, r *eventsv1.PublishDeleteMessageRequest) (*eventsv1.PublishDeleteMessageResponse, error) {
	delivery, err := s.fake.take(&eventsv1.EventRequest{Request: &eventsv1.EventRequest_DeleteMessage{DeleteMessage: r}})
	return &eventsv1.PublishDeleteMessageResponse{Delivery: delivery}, err
}

func (s *service) PublishCustom(_ context.Context, r *eventsv1.PublishCustomRequest) (*eventsv1.PublishCustomResponse, error) {
	delivery, err := s.fake.take(&eventsv1.EventRequest{Request: &eventsv1.EventRequest_Custom{Custom: r}})
	return &eventsv1.PublishCustomResponse{Delivery: delivery}, err
}

// GetServerInfo tells the limits.
func (s *service) GetServerInfo(context.Context, *eventsv1.GetServerInfoRequest) (*eventsv1.GetServerInfoResponse, error) {
	return &eventsv1.GetServerInfoResponse{Version: "fake", Limits: &eventsv1.ServerLimits{
		MaxRecipients: uint64(s.fake.limits.MaxRecipients), MaxPayloadBytes: uint64(s.fake.limits.MaxPayloadBytes),
	}}, nil
}

func (s *service) result(event *eventsv1.EventRequest) *eventsv1.EventResult {
	if event.GetRequest() == nil {
		err := status.New(codes.InvalidArgument, "an event is required")
		return &eventsv1.EventResult{Result: &eventsv1.EventResult_Error{Error: err.Proto()}}
	}
	delivery, err := s.fake.take(event)
	if err != nil {
		return &eventsv1.EventResult{Result: &eventsv1.EventResult_Error{Error: status.Convert(err).Proto()}}
	}
	return &eventsv1.EventResult{Result: &eventsv1.EventResult_Delivery{Delivery: delivery}}
}

// PublishBatch takes events one after the other.
func (s *service) PublishBatch(_ context.Context, r *eventsv1.PublishBatchRequest) (*eventsv1.PublishBatchResponse, error) {
	answer := &eventsv1.PublishBatchResponse{}
	for _, event := range r.GetEvents() {
		answer.Results = append(answer.Results, s.result(event))
	}
	return answer, nil
}

// PublishStream answers each event at once.
func (s *service) PublishStream(stream grpc.BidiStreamingServer[eventsv1.PublishStreamRequest, eventsv1.PublishStreamResponse]) error {
	for {
		r, err := stream.Recv()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		answer := &eventsv1.PublishStreamResponse{Sequence: r.GetSequence(), Result: s.result(r.GetEvent())}
		if err := stream.Send(answer); err != nil {
			return err
		}
	}
}
