#include "clients/dino-publish/run.h"

#include <algorithm>
#include <fstream>
#include <istream>
#include <iterator>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "clients/dino-publish/check.h"
#include "clients/dino-publish/exit_status.h"
#include "clients/dino-publish/method.h"
#include "clients/dino-publish/status_text.h"
#include "dino/events/v1/event_publisher_service.pb.h"
#include "google/rpc/status.pb.h"

namespace dino::publish_client {
namespace {

int Print(std::string_view text, std::ostream& out) {
  out << text << std::flush;
  return out.good() ? kSucceeded : kFailed;
}

int Refuse(const std::string& problem, std::ostream& err) {
  err << "dino-publish: " << problem << "\n";
  return kWrongInput;
}

// Reads the API key. Returns an error message, empty on success, which never repeats the key.
std::string ReadKey(const std::string& path, std::string& key) {
  std::ifstream file(path);
  if (!std::getline(file, key)) return path + " cannot be read";
  const auto is_visible = [](unsigned char c) { return c > ' ' && c < 0x7f; };
  if (!key.empty() && std::all_of(key.begin(), key.end(), is_visible)) return "";
  return path + " must begin with an API key: visible ASCII characters on one line";
}

// Reads a file unless `path` is empty. Returns an error message, empty on success.
std::string ReadPem(const std::string& path, std::string& pem) {
  if (path.empty()) return "";
  std::ifstream file(path);
  // No such file has that byte. The stream's buffer would throw, at a directory for one.
  std::getline(file, pem, '\0');
  if (!file.is_open() || file.bad()) return path + " cannot be read";
  return pem.find("-----BEGIN ") == std::string::npos ? path + " has nothing in PEM format" : "";
}

std::string ReadFiles(const Options& options, Call& call) {
  std::string problem;
  if (!options.key_file.empty()) problem = ReadKey(options.key_file, call.api_key);
  if (options.tls_ca_file.empty()) return problem;
  TlsFiles& tls = call.tls.emplace();
  if (problem.empty()) problem = ReadPem(options.tls_ca_file, tls.ca);
  if (problem.empty()) problem = ReadPem(options.tls_cert_file, tls.certificate);
  if (problem.empty()) problem = ReadPem(options.tls_key_file, tls.key);
  return problem;
}

// The call of a batch succeeds whatever becomes of its events: the first that failed counts.
int ExitOfBatch(const std::string& response, std::ostream& err) {
  events::v1::PublishBatchResponse batch;
  if (!batch.ParseFromString(response)) return kFailed;
  int exit = kSucceeded;
  int failed = 0;
  for (const auto& result : batch.results()) {
    if (!result.has_error()) continue;
    const auto code = static_cast<grpc::StatusCode>(result.error().code());
    if (++failed == 1) exit = ExitStatus(code);
  }
  if (failed > 0) {
    err << "dino-publish: " << failed << " of " << batch.results_size() << " events failed\n";
  }
  return exit;
}

int CallMethod(const Options& options, const Surroundings& surroundings, Call call) {
  const Method method = Method::Find(options.method);
  if (!method.found()) {
    return Refuse("unknown method " + options.method + "; --list prints all", surroundings.err);
  }
  const std::string json(std::istreambuf_iterator<char>(surroundings.in), {});
  call.path = method.Path();
  const std::string problem = method.EncodeRequest(json, call.request);
  if (!problem.empty()) {
    return Refuse("invalid request: " + problem, surroundings.err);
  }
  std::string response;
  const grpc::Status status = surroundings.make_call(call, response);
  if (!status.ok()) {
    surroundings.err << "dino-publish: " << DescribeStatus(status);
    return ExitStatus(status.error_code());
  }
  std::string answer;
  if (!method.DecodeResponse(response, options.compact, answer)) {
    surroundings.err << "dino-publish: the call succeeded, but its response cannot be read\n";
    return kFailed;
  }
  if (answer.empty() || answer.back() != '\n') answer += '\n';
  const int printed = Print(answer, surroundings.out);
  if (printed != kSucceeded || options.method != "PublishBatch") return printed;
  return ExitOfBatch(response, surroundings.err);
}

int CallOrCheck(const Options& options, const Surroundings& surroundings) {
  Call call;
  call.address = options.address;
  call.timeout = options.timeout;
  call.traceparent = options.traceparent;
  const std::string problem = ReadFiles(options, call);
  if (!problem.empty()) return Refuse(problem, surroundings.err);
  if (options.action == Options::Action::kCheck) return CheckServer(options, surroundings, call);
  return CallMethod(options, surroundings, std::move(call));
}

}  // namespace

int Run(const std::vector<std::string>& arguments, const Surroundings& surroundings) {
  const auto parsed = ParseOptions(arguments, surroundings.environment);
  if (const auto* error = std::get_if<UsageError>(&parsed)) {
    return Refuse(error->text + "\nTry: dino-publish --help", surroundings.err);
  }
  const auto& options = std::get<Options>(parsed);
  switch (options.action) {
    case Options::Action::kHelp:
      return Print(HelpText(), surroundings.out);
    case Options::Action::kVersion:
      return Print("dino-publish " DINO_VERSION "\n", surroundings.out);
    case Options::Action::kList:
      return Print(ListMethods(), surroundings.out);
    case Options::Action::kCall:
    case Options::Action::kCheck:
      break;
  }
  return CallOrCheck(options, surroundings);
}

}  // namespace dino::publish_client
