// Whatever a stranger sends to the server's port: bytes as they are, or frames that the input makes
// up.
#include <grpcpp/grpcpp.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "dino/events/v1/event_publisher_service.grpc.pb.h"
#include "server/api/server.h"
#include "server/base/host_port.h"
#include "server/event/kinds.h"
#include "server/fanout/direct_publisher.h"
#include "tests/fuzz/input.h"
#include "tests/fuzz/targets.h"
#include "tests/support/http2/http2_frame.h"
#include "tests/support/mqtt/fake_publisher.h"
#include "tests/support/process/file_descriptor.h"

namespace dino::fuzz {
namespace {

namespace v1 = events::v1;
using testing::Http2Frame;

constexpr std::string_view kMethods = "/dino.events.v1.EventPublisherService/";
constexpr std::chrono::seconds kPatience{10};

// The server, with a broker that acknowledges everything, and a caller who means well. Never
// destroyed.
class Edge {
 public:
  Edge() {
    publisher_.AcknowledgeAtOnce();
    api::ServerOptions options;
    options.transport.address = {"127.0.0.1", 0};
    server_ = std::make_unique<api::Server>(
        direct_, direct_.admission(), [] { return true; }, options);
    const auto address = server_->Start();
    Require(address.ok(), "the server listens");
    HostPort parsed;
    Require(ParseHostPort(*address, 1, parsed).empty(), "the server says where it listens");
    port_ = parsed.port;
    stub_ = v1::EventPublisherService::NewStub(
        grpc::CreateChannel(*address, grpc::InsecureChannelCredentials()));
  }

  // Sends all of it, and reads until the server closes or has nothing more to say.
  void Send(std::string_view bytes) const {
    const testing::FileDescriptor socket = Connect();
    if (send(socket.number(), bytes.data(), bytes.size(), MSG_NOSIGNAL) < 0) return;
    shutdown(socket.number(), SHUT_WR);
    std::array<char, 4096> answer{};
    while (read(socket.number(), answer.data(), answer.size()) > 0) {
    }
  }

  void RequireServed() {
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + kPatience);
    v1::GetServerInfoResponse response;
    Require(stub_->GetServerInfo(&context, {}, &response).ok(), "other callers are served");
  }

 private:
  testing::FileDescriptor Connect() const {
    testing::FileDescriptor connection(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port_);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    Require(connect(connection.number(), reinterpret_cast<const sockaddr*>(&address),
                    sizeof(address)) == 0,
            "the server accepts connections");
    // Reset at its end, so that its port is free at once.
    const linger at_once{1, 0};
    setsockopt(connection.number(), SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
    const timeval patience{kPatience.count(), 0};
    setsockopt(connection.number(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
    return connection;
  }

  static fanout::FanoutOptions FanoutOptions() {
    fanout::FanoutOptions options;
    options.kinds.assign(event::kEventKinds.begin(), event::kEventKinds.end());
    return options;
  }

  testing::FakePublisher publisher_{1};
  fanout::DirectPublisher direct_{
      publisher_, *fanout::TopicTemplate::Parse("dms/dev/{user_id}", "dev"), FanoutOptions()};
  std::unique_ptr<api::Server> server_;
  std::uint16_t port_ = 0;
  std::unique_ptr<v1::EventPublisherService::Stub> stub_;
};

std::string MethodFrom(Input& input) {
  const auto& service =
      *v1::EventRequest::descriptor()->file()->FindServiceByName("EventPublisherService");
  const std::size_t index = input.Below(static_cast<std::size_t>(service.method_count()) + 1);
  if (index == static_cast<std::size_t>(service.method_count())) return std::string(input.Text(60));
  return std::string(kMethods) + std::string(service.method(static_cast<int>(index))->name());
}

std::string HeaderBlockFrom(Input& input) {
  if (input.Bool()) return std::string(input.Text(200));
  testing::Http2Headers headers = testing::GrpcCallHeaders(MethodFrom(input));
  for (std::size_t left = input.Below(3); left > 0; --left) {
    headers.emplace_back(input.Text(20), input.Text(100));
  }
  return testing::EncodeHeaderBlock(headers);
}

std::string PayloadFrom(Input& input, Http2Frame::Type type) {
  switch (type) {
    case Http2Frame::Type::kHeaders:
    case Http2Frame::Type::kContinuation:
      return HeaderBlockFrom(input);
    case Http2Frame::Type::kData:
      return input.Bool() ? testing::GrpcMessage(input.Text(250)) : std::string(input.Text(250));
    default:
      return std::string(input.Text(40));
  }
}

std::string FramesFrom(Input& input) {
  std::string bytes(testing::kHttp2Preface);
  bytes += Encode(Http2Frame{Http2Frame::Type::kSettings, 0, 0, ""});
  while (!input.empty()) {
    Http2Frame frame;
    frame.type = static_cast<Http2Frame::Type>(input.Below(11));
    frame.flags = input.Byte();
    frame.stream = input.Bool() ? 1 + 2 * static_cast<std::uint32_t>(input.Below(4))
                                : static_cast<std::uint32_t>(input.Number(4));
    frame.payload = PayloadFrom(input, frame.type);
    bytes += Encode(frame);
  }
  return bytes;
}

}  // namespace

void FuzzHttp2(std::string_view bytes) {
  static Edge& edge = *new Edge;
  Input input(bytes);
  const std::size_t how = input.Below(4);
  if (how == 0) {
    edge.Send(input.Rest());
  } else if (how == 1) {
    edge.Send(std::string(testing::kHttp2Preface).append(input.Rest()));
  } else {
    edge.Send(FramesFrom(input));
  }
  edge.RequireServed();
}

}  // namespace dino::fuzz
