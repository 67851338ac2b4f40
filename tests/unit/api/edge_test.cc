#include <grpcpp/generic/generic_stub.h>

#include <chrono>
#include <deque>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "google/protobuf/descriptor.pb.h"
#include "grpc/reflection/v1alpha/reflection.grpc.pb.h"
#include "server/grpc/strangers_requests.h"
#include "tests/unit/api/server_fixture.h"

namespace dino::api {
namespace {

namespace reflection = ::grpc::reflection::v1alpha;
using mqtt::Outcome;
using mqtt::PublicationOutcome;

// What the server does at its edge, whatever a call would mean.
class EdgeTest : public ServerFixture {
 protected:
  using ServerFixture::ServerFixture;

  // How a call of a method ends that sends this many messages of these bytes.
  grpc::Status StatusOfRawCall(const std::string& path, int messages,
                               const std::string& bytes = "") {
    const grpc::Slice slice(bytes);
    const grpc::ByteBuffer message(&slice, 1);
    grpc::GenericStub stub(channel_);
    grpc::CompletionQueue queue;
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + testing::kPatience);
    const auto call = stub.PrepareCall(&context, path, &queue);
    const auto wait = [&queue] {
      void* tag = nullptr;
      bool ok = false;
      queue.Next(&tag, &ok);
    };
    call->StartCall(this);
    wait();
    for (int i = 0; i < messages; ++i) {
      call->Write(message, this);
      wait();
    }
    call->WritesDone(this);
    wait();
    grpc::Status status;
    call->Finish(&status, this);
    wait();
    queue.Shutdown();
    wait();
    return status;
  }
};

TEST_F(EdgeTest, ARequestOfSoManyPartsThatTheyTakeTooMuchMemoryIsRefused) {
  std::string events;
  // Two bytes each, and more than twenty times of it parsed.
  for (int i = 0; i < 1000000; ++i) events.append("\x0A\0", 2);
  const grpc::Status status =
      StatusOfRawCall("/" + std::string(kServiceName) + "/PublishBatch", 1, events);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(ReasonOf(status), "INVALID_FIELD");
  EXPECT_EQ(DetailOf<google::rpc::BadRequest>(status).field_violations(0).field(), "events");
}

// It needs no key.
TEST_F(EdgeTest, AHealthCheckIsNoLongRequest) {
  for (const char* const method : {"Check", "Watch"}) {
    const grpc::Status status = StatusOfRawCall("/grpc.health.v1.Health/" + std::string(method), 1,
                                                std::string(10000, '\x78'));
    EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT) << method;
  }
}

// What inflates to a gibibyte is a mebibyte on the wire.
TEST_F(EdgeTest, ACompressedRequestIsRefused) {
  for (const auto algorithm : {GRPC_COMPRESS_GZIP, GRPC_COMPRESS_DEFLATE}) {
    v1::PublishMessageRequest request = Request();
    request.mutable_message()->set_message_payload(std::string(60000, 'a'));
    grpc::ClientContext context;
    context.set_compression_algorithm(algorithm);
    EXPECT_EQ(Call(context, request).status.error_code(), grpc::StatusCode::UNIMPLEMENTED);
  }
  publisher_.WaitForNoBatch();
}

TEST_F(EdgeTest, ACallWithoutARequestIsInvalid) {
  for (const char* const method : {"PublishMessage", "PublishBatch", "GetServerInfo"}) {
    const grpc::Status status = StatusOfRawCall("/" + std::string(kServiceName) + "/" + method, 0);
    EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT) << method;
    EXPECT_EQ(ReasonOf(status), "INVALID_FIELD") << method;
  }
  EXPECT_EQ(StatusOfRawCall("/grpc.health.v1.Health/Check", 0).error_code(),
            grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(StatusOfRawCall("/grpc.health.v1.Health/Watch", 0).error_code(),
            grpc::StatusCode::INVALID_ARGUMENT);
}

TEST_F(EdgeTest, AMethodThatIsNotServedIsUnimplemented) {
  for (const char* const path :
       {"/a.Service/Method", "/", "/dino.events.v1.EventPublisherService/"}) {
    EXPECT_EQ(StatusOfRawCall(path, 1).error_code(), grpc::StatusCode::UNIMPLEMENTED) << path;
  }
}

TEST_F(EdgeTest, AnErrorTellsGrpcWhenToRetry) {
  publisher_.set_connected(false);
  grpc::ClientContext context;
  EXPECT_EQ(ReasonOf(Call(context, Request()).status), "BROKER_UNREACHABLE");
  const auto& trailers = context.GetServerTrailingMetadata();
  const auto found = trailers.find("grpc-retry-pushback-ms");
  ASSERT_NE(found, trailers.end());
  EXPECT_EQ(std::string(found->second.data(), found->second.size()), "1000");
}

TEST_F(EdgeTest, ReflectionTellsHowToCall) {
  grpc::ClientContext context;
  const auto stream =
      reflection::ServerReflection::NewStub(channel_)->ServerReflectionInfo(&context);
  reflection::ServerReflectionRequest request;
  reflection::ServerReflectionResponse response;
  request.set_file_containing_symbol(kServiceName);
  ASSERT_TRUE(stream->Write(request));
  ASSERT_TRUE(stream->Read(&response));
  const auto& files = response.file_descriptor_response().file_descriptor_proto();
  // With what it imports.
  ASSERT_GT(files.size(), 4);
  google::protobuf::FileDescriptorProto file;
  ASSERT_TRUE(file.ParseFromString(files.Get(0)));
  EXPECT_EQ(file.name(), "dino/events/v1/event_publisher_service.proto");

  request.set_file_by_filename("dino/events/v1/event.proto");
  ASSERT_TRUE(stream->Write(request));
  ASSERT_TRUE(stream->Read(&response));
  EXPECT_EQ(response.file_descriptor_response().file_descriptor_proto_size(), 1);

  request.set_file_by_filename("nothing.proto");
  ASSERT_TRUE(stream->Write(request));
  ASSERT_TRUE(stream->Read(&response));
  EXPECT_EQ(response.error_response().error_code(), grpc::StatusCode::NOT_FOUND);
  stream->WritesDone();
  EXPECT_TRUE(stream->Finish().ok());
}

// Without keys anybody may ask.
TEST_F(EdgeTest, OfManyReflectionStreamsWithoutAQuestionTheOldestEnds) {
  const auto stub = reflection::ServerReflection::NewStub(channel_);
  reflection::ServerReflectionRequest request;
  request.set_list_services("");
  reflection::ServerReflectionResponse response;
  struct Stream {
    grpc::ClientContext context;
    std::unique_ptr<grpc::ClientReaderWriter<reflection::ServerReflectionRequest,
                                             reflection::ServerReflectionResponse>>
        questions;
  };
  std::deque<Stream> streams(transport::StrangersRequests::kMost + 1);
  for (Stream& stream : streams) {
    stream.context.set_deadline(std::chrono::system_clock::now() + testing::kPatience);
    stream.questions = stub->ServerReflectionInfo(&stream.context);
    ASSERT_TRUE(stream.questions->Write(request));
    ASSERT_TRUE(stream.questions->Read(&response));
  }
  EXPECT_FALSE(streams.front().questions->Read(&response));
  EXPECT_EQ(streams.front().questions->Finish().error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  streams.pop_front();
  for (Stream& stream : streams) {
    EXPECT_TRUE(stream.questions->WritesDone());
    EXPECT_FALSE(stream.questions->Read(&response));
    EXPECT_TRUE(stream.questions->Finish().ok());
  }
}

TEST_F(EdgeTest, ADrainEndsReflectionStreams) {
  grpc::ClientContext context;
  const auto stream =
      reflection::ServerReflection::NewStub(channel_)->ServerReflectionInfo(&context);
  reflection::ServerReflectionRequest request;
  request.set_list_services("");
  reflection::ServerReflectionResponse response;
  ASSERT_TRUE(stream->Write(request));
  ASSERT_TRUE(stream->Read(&response));
  auto drained = std::async(std::launch::async, [this] { server_->Drain(2 * testing::kPatience); });
  EXPECT_FALSE(stream->Read(&response));
  EXPECT_EQ(stream->Finish().error_code(), grpc::StatusCode::UNAVAILABLE);
  EXPECT_EQ(drained.wait_for(testing::kPatience), std::future_status::ready)
      << "an idle stream delays the stop";
}

TEST_F(EdgeTest, ServerInfoSaysThatTheServerDrains) {
  std::promise<void> asked;
  std::promise<void> draining;
  ServerOptions options;
  options.transport.address = {"127.0.0.1", 0};
  // Lets the drain begin during the call: one that comes later may find the port closed.
  options.info = [&asked, begun = draining.get_future().share()] {
    asked.set_value();
    begun.wait();
    return v1::GetServerInfoResponse();
  };
  Server server(
      keyed_, direct_.admission(), [] { return true; }, options);
  const auto address = server.Start();
  ASSERT_TRUE(address.ok()) << address.status();
  const auto stub = v1::EventPublisherService::NewStub(
      grpc::CreateChannel(*address, grpc::InsecureChannelCredentials()));
  auto answer = std::async(std::launch::async, [&stub] {
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + testing::kPatience);
    v1::GetServerInfoResponse info;
    const grpc::Status status = stub->GetServerInfo(&context, {}, &info);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return info.draining();
  });
  asked.get_future().wait();
  std::thread drain([&server] { server.Drain(testing::kPatience); });
  while (!server.draining()) std::this_thread::yield();
  draining.set_value();
  EXPECT_TRUE(answer.get());
  drain.join();
}

class NoReflectionTest : public EdgeTest {
 protected:
  NoReflectionTest() : EdgeTest(Options()) {}

 private:
  static ServerOptions Options() {
    ServerOptions options;
    options.reflection = false;
    return options;
  }
};

TEST_F(NoReflectionTest, NobodyMayAsk) {
  EXPECT_EQ(
      StatusOfRawCall("/grpc.reflection.v1.ServerReflection/ServerReflectionInfo", 1).error_code(),
      grpc::StatusCode::UNIMPLEMENTED);
}

// Events of a stream have a tenth of a second.
class StreamDeadlineTest : public ServerFixture {
 protected:
  StreamDeadlineTest() : ServerFixture(Options()) {}

 private:
  static ServerOptions Options() {
    ServerOptions options;
    options.default_deadline = std::chrono::milliseconds(100);
    return options;
  }
};

TEST_F(StreamDeadlineTest, HoldsForItsEventsBesideThatOfTheStream) {
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + testing::kPatience);
  const auto stream = stub_->PublishStream(&context);
  v1::PublishStreamRequest request;
  *request.mutable_event()->mutable_message() = Request();
  ASSERT_TRUE(stream->Write(request));
  const auto batch = publisher_.WaitForBatch();
  EXPECT_LE(batch->options().deadline, Clock::now() + std::chrono::milliseconds(100));
  publisher_.End(batch, kAcknowledged);
  stream->WritesDone();
  v1::PublishStreamResponse answer;
  while (stream->Read(&answer)) {
  }
  EXPECT_TRUE(stream->Finish().ok());
}

}  // namespace
}  // namespace dino::api
