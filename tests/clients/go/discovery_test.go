package chat

import (
	"strings"
	"testing"

	"google.golang.org/grpc"
	health "google.golang.org/grpc/health/grpc_health_v1"
	reflection "google.golang.org/grpc/reflection/grpc_reflection_v1alpha"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protodesc"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/descriptorpb"
	"google.golang.org/protobuf/types/dynamicpb"
)

const service = "dino.events.v1.EventPublisherService"

func expectHealth(t *testing.T, bridge, service string, wanted health.HealthCheckResponse_ServingStatus) {
	t.Helper()
	response, err := health.NewHealthClient(connect(t, bridge)).Check(patient(t),
		&health.HealthCheckRequest{Service: service})
	if err != nil || response.Status != wanted {
		t.Errorf("expected %v to be %v, got %v, %v", service, wanted, response, err)
	}
}

func TestABridgeWithABrokerIsHealthy(t *testing.T) {
	expectHealth(t, "STAGE_BRIDGE", "", health.HealthCheckResponse_SERVING)
	expectHealth(t, "STAGE_BRIDGE", service, health.HealthCheckResponse_SERVING)
}

func TestABridgeWithoutABrokerLivesButIsNotReady(t *testing.T) {
	const bridge = "STAGE_BRIDGE_WITHOUT_BROKER"
	expectHealth(t, bridge, "liveness", health.HealthCheckResponse_SERVING)
	expectHealth(t, bridge, service, health.HealthCheckResponse_NOT_SERVING)
}

// reflectService asks the bridge for its service's description.
func reflectService(t *testing.T, conn *grpc.ClientConn) protoreflect.ServiceDescriptor {
	t.Helper()
	stream, err := reflection.NewServerReflectionClient(conn).ServerReflectionInfo(patient(t))
	if err != nil {
		t.Fatal(err)
	}
	if err := stream.Send(&reflection.ServerReflectionRequest{
		MessageRequest: &reflection.ServerReflectionRequest_FileContainingSymbol{
			FileContainingSymbol: service}}); err != nil {
		t.Fatal(err)
	}
	response, err := stream.Recv()
	if err != nil {
		t.Fatal(err)
	}
	var set descriptorpb.FileDescriptorSet
	for _, file := range response.GetFileDescriptorResponse().GetFileDescriptorProto() {
		var descriptor descriptorpb.FileDescriptorProto
		if err := proto.Unmarshal(file, &descriptor); err != nil {
			t.Fatal(err)
		}
		set.File = append(set.File, &descriptor)
	}
	files, err := protodesc.NewFiles(&set)
	if err != nil {
		t.Fatal(err)
	}
	found, err := files.FindDescriptorByName(service)
	if err != nil {
		t.Fatal(err)
	}
	return found.(protoreflect.ServiceDescriptor)
}

func TestACallerWithoutOurFilesCanCall(t *testing.T) {
	inbox := subscribe(t)
	conn := connect(t, "STAGE_BRIDGE")
	method := reflectService(t, conn).Methods().ByName("PublishLeave")
	request := dynamicpb.NewMessage(method.Input())
	if err := protojson.Unmarshal(golden(t, "leave.request.json"), request); err != nil {
		t.Fatal(err)
	}
	response := dynamicpb.NewMessage(method.Output())
	if err := conn.Invoke(patient(t), "/"+service+"/PublishLeave", request, response); err != nil {
		t.Fatal(err)
	}

	for range []string{"1234", "4321"} {
		if payload := inbox.next().payload; !strings.Contains(payload, `"event_type":"leave"`) {
			t.Errorf("got %v", payload)
		}
	}
}

func TestServerInfoTellsLimitsAndSessions(t *testing.T) {
	info := getInfo(patient(t), t, callerOf(t, "STAGE_BRIDGE"))
	if info.Version == "" || info.Limits.MaxRecipients != 10000 {
		t.Errorf("got %v", info)
	}
	for _, session := range info.Sessions {
		if session.Connected {
			return
		}
	}
	t.Errorf("no session is connected: %v", info)
}
