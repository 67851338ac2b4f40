#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <fstream>
#include <memory>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include "clients/dino-publish/run.h"
#include "dino/events/v1/event_publisher_service.grpc.pb.h"
#include "tests/support/process/certificate_authority.h"
#include "tests/support/process/files.h"

namespace dino::publish_client {
namespace {

using dino::testing::CertificateAuthority;
using dino::testing::CertificateFiles;
using dino::testing::ContentOf;
using ::testing::HasSubstr;

class TlsTest : public ::testing::Test {
 protected:
  int RunWith(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "PublishRead");
    std::istringstream in("{}");
    std::ostringstream out;
    return publish_client::Run(arguments,
                               {[](const char*) -> const char* { return nullptr; }, in, out, err_,
                                [this](const Call& call, std::string& /*response*/) {
                                  call_ = call;
                                  return grpc::Status::OK;
                                }});
  }

  // A server that requires client certificates of this authority.
  std::unique_ptr<grpc::Server> Serve(int& port) {
    const CertificateFiles files = authority_.Issue("IP:127.0.0.1");
    grpc::SslServerCredentialsOptions options(
        GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY);
    options.pem_root_certs = ContentOf(authority_.certificate());
    options.pem_key_cert_pairs.push_back({ContentOf(files.key), ContentOf(files.certificate)});
    grpc::ServerBuilder builder;
    builder.AddListeningPort("127.0.0.1:0", grpc::SslServerCredentials(options), &port);
    builder.RegisterService(&service_);
    return builder.BuildAndStart();
  }

  // Implements nothing.
  events::v1::EventPublisherService::Service service_;
  CertificateAuthority authority_;
  const CertificateFiles client_ = authority_.Issue("DNS:chat.example");
  const std::string ca_ = "--tls-ca-file=" + authority_.certificate();
  const std::string certificate_ = "--tls-cert-file=" + client_.certificate;
  const std::string key_ = "--tls-key-file=" + client_.key;
  std::optional<Call> call_;
  std::ostringstream err_;
};

TEST_F(TlsTest, IsUsedIfThereIsACa) {
  EXPECT_EQ(RunWith({}), 0);
  EXPECT_FALSE(call_->tls.has_value());
  EXPECT_EQ(RunWith({ca_}), 0);
  ASSERT_TRUE(call_->tls.has_value());
  EXPECT_EQ(call_->tls->ca, ContentOf(authority_.certificate()));
  EXPECT_EQ(call_->tls->certificate, "");
  EXPECT_EQ(RunWith({ca_, certificate_, key_}), 0);
  EXPECT_EQ(call_->tls->certificate, ContentOf(client_.certificate));
  EXPECT_EQ(call_->tls->key, ContentOf(client_.key));
}

TEST_F(TlsTest, UnusableFilesAreReportedAndNothingIsSent) {
  const std::string missing = authority_.directory() / "missing";
  const std::string folder = authority_.directory() / ".";
  const std::string garbage = authority_.directory() / "garbage";
  std::ofstream(garbage) << "secret";
  EXPECT_EQ(RunWith({"--tls-ca-file=" + missing}), 2);
  EXPECT_THAT(err_.str(), HasSubstr(missing + " cannot be read"));
  EXPECT_EQ(RunWith({"--tls-ca-file=" + folder}), 2);
  EXPECT_THAT(err_.str(), HasSubstr(folder + " cannot be read"));
  EXPECT_EQ(RunWith({ca_, certificate_, "--tls-key-file=" + garbage}), 2);
  EXPECT_THAT(err_.str(), HasSubstr(garbage + " has nothing in PEM format"));
  EXPECT_THAT(err_.str(), ::testing::Not(HasSubstr("secret")));
  EXPECT_FALSE(call_.has_value());
}

TEST_F(TlsTest, RelatedOptionsAreRequiredTogether) {
  EXPECT_EQ(RunWith({ca_, certificate_}), 2);
  EXPECT_EQ(RunWith({ca_, key_}), 2);
  EXPECT_EQ(RunWith({certificate_, key_}), 2);
  EXPECT_THAT(err_.str(), HasSubstr("--tls-cert-file needs --tls-ca-file"));
}

TEST_F(TlsTest, ReachesAServerThatRequiresACertificate) {
  int port = 0;
  const std::unique_ptr<grpc::Server> server = Serve(port);
  Call call;
  call.address = "127.0.0.1:" + std::to_string(port);
  call.path = "/dino.events.v1.EventPublisherService/PublishRead";
  call.timeout = std::chrono::seconds(30);
  call.tls = TlsFiles{ContentOf(authority_.certificate()), ContentOf(client_.certificate),
                      ContentOf(client_.key)};
  std::string response;
  EXPECT_EQ(MakeCall(call, response).error_code(), grpc::StatusCode::UNIMPLEMENTED)
      << "it got as far as the service";
  call.tls->certificate.clear();
  call.tls->key.clear();
  EXPECT_EQ(MakeCall(call, response).error_code(), grpc::StatusCode::UNAVAILABLE);
}

}  // namespace
}  // namespace dino::publish_client
