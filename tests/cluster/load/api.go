package load

import (
	"context"
	"fmt"
	"strings"
	"time"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	rpcstatus "google.golang.org/genproto/googleapis/rpc/status"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	reflection "google.golang.org/grpc/reflection/grpc_reflection_v1alpha"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protodesc"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/descriptorpb"
	"google.golang.org/protobuf/types/dynamicpb"
)

const (
	service        = "dino.events.v1.EventPublisherService"
	publishFailure = "dino.events.v1.PublishFailure"
)

// API is the service as the server itself describes it, so that no generated code is needed.
type API struct {
	service protoreflect.ServiceDescriptor
	failure protoreflect.MessageDescriptor
}

// Describe asks a server.
func Describe(ctx context.Context, conn *grpc.ClientConn) (*API, error) {
	stream, err := reflection.NewServerReflectionClient(conn).ServerReflectionInfo(ctx, grpc.WaitForReady(true))
	if err != nil {
		return nil, err
	}
	defer stream.CloseSend()
	if err := stream.Send(&reflection.ServerReflectionRequest{
		MessageRequest: &reflection.ServerReflectionRequest_FileContainingSymbol{
			FileContainingSymbol: service}}); err != nil {
		return nil, err
	}
	response, err := stream.Recv()
	if err != nil {
		return nil, err
	}
	var set descriptorpb.FileDescriptorSet
	for _, file := range response.GetFileDescriptorResponse().GetFileDescriptorProto() {
		var descriptor descriptorpb.FileDescriptorProto
		if err := proto.Unmarshal(file, &descriptor); err != nil {
			return nil, err
		}
		set.File = append(set.File, &descriptor)
	}
	files, err := protodesc.NewFiles(&set)
	if err != nil {
		return nil, err
	}
	found, err := files.FindDescriptorByName(service)
	if err != nil {
		return nil, err
	}
	failure, err := files.FindDescriptorByName(publishFailure)
	if err != nil {
		return nil, err
	}
	return &API{found.(protoreflect.ServiceDescriptor), failure.(protoreflect.MessageDescriptor)}, nil
}

func path(method string) string { return "/" + service + "/" + method }

// request makes the request of a method from JSON.
func (a *API) request(method, text string) proto.Message {
	message := dynamicpb.NewMessage(a.service.Methods().ByName(protoreflect.Name(method)).Input())
	if err := protojson.Unmarshal([]byte(text), message); err != nil {
		panic(fmt.Sprintf("the requests of this program must be valid: %v in %s", err, text))
	}
	return message
}

func (a *API) response(method string) *dynamicpb.Message {
	return dynamicpb.NewMessage(a.service.Methods().ByName(protoreflect.Name(method)).Output())
}

func field(message protoreflect.Message, name protoreflect.Name) protoreflect.Value {
	return message.Get(message.Descriptor().Fields().ByName(name))
}

// resultOf returns the error of an EventResult, nil if its event was acknowledged.
func resultOf(result protoreflect.Message) error {
	descriptor := result.Descriptor().Fields().ByName("error")
	if !result.Has(descriptor) {
		return nil
	}
	bytes, err := proto.Marshal(result.Get(descriptor).Message().Interface())
	if err != nil {
		return err
	}
	var its rpcstatus.Status
	if err := proto.Unmarshal(bytes, &its); err != nil {
		return err
	}
	return status.ErrorProto(&its)
}

// repeatable says what docs/retries.md says: whether the same call may succeed later.
func repeatable(err error) bool {
	switch status.Code(err) {
	case codes.Unavailable, codes.ResourceExhausted, codes.DeadlineExceeded:
		return true
	}
	return false
}

// resumeToken returns the token of an error's PublishFailure, if it has one.
func (a *API) resumeToken(err error) []byte {
	for _, detail := range status.Convert(err).Proto().GetDetails() {
		if !strings.HasSuffix(detail.GetTypeUrl(), "/"+publishFailure) {
			continue
		}
		failure := dynamicpb.NewMessage(a.failure)
		if proto.Unmarshal(detail.GetValue(), failure) == nil {
			return field(failure, "resume_token").Bytes()
		}
	}
	return nil
}

// retryDelay returns that of an error's RetryInfo, if it has one.
func retryDelay(err error) time.Duration {
	for _, detail := range status.Convert(err).Details() {
		if info, ok := detail.(*errdetails.RetryInfo); ok {
			return info.GetRetryDelay().AsDuration()
		}
	}
	return 0
}
