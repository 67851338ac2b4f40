#include "tests/system/prometheus_process.h"

#include <google/protobuf/struct.pb.h>
#include <google/protobuf/util/json_util.h>
#include <gtest/gtest.h>
#include <sys/socket.h>

#include <array>
#include <cstdint>
#include <regex>

#include "tests/support/process/files.h"
#include "tests/support/process/http_client.h"
#include "tests/support/process/repository.h"

namespace dino::testing {
namespace {

// The chart's, in milliseconds.
constexpr int kChartInterval = 15000;

std::string Milliseconds(std::int64_t count) { return std::to_string(count) + "ms"; }

std::string Configuration(const std::map<std::string, std::string>& targets,
                          const std::string& alertmanager, const std::string& rules, int haste) {
  const std::string interval = Milliseconds(kChartInterval / haste);
  std::string text = "global: {scrape_interval: " + interval + ", scrape_timeout: " + interval +
                     ", evaluation_interval: " + interval + "}\nrule_files: [" + rules +
                     "]\nalerting:\n  alertmanagers:\n  - static_configs: [{targets: ['" +
                     alertmanager + "']}]\nscrape_configs:\n";
  for (const auto& [job, address] : targets) {
    text.append("- job_name: ").append(job).append("\n  static_configs: [{targets: ['");
    text.append(address).append("']}]\n");
  }
  return text;
}

// Reads a request with a body, and answers it.
std::string TakeRequest(const FileDescriptor& listener) {
  const FileDescriptor connection(accept(listener.number(), nullptr, nullptr));
  std::string request;
  std::array<char, 4096> buffer{};
  const std::regex length("content-length: *([0-9]+)", std::regex::icase);
  while (WaitUntilReadable(connection.number(), Clock::now() + kPatience)) {
    const ssize_t count = recv(connection.number(), buffer.data(), buffer.size(), 0);
    if (count <= 0) break;
    request.append(buffer.data(), static_cast<std::size_t>(count));
    std::smatch found;
    const std::string head = request.substr(0, request.find("\r\n\r\n"));
    if (head.size() == request.size() || !std::regex_search(head, found, length)) continue;
    if (BodyOf(request).size() >= std::stoul(found[1])) break;
  }
  SendAll(connection, "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
  return BodyOf(request);
}

}  // namespace

std::string HastenRules(const std::string& rules, int haste) {
  static const std::map<std::string, std::int64_t> kMillisecondsOf = {
      {"s", 1000}, {"m", 60000}, {"h", 3600000}};
  static const std::regex kDuration(R"((\[|\bfor: )(\d+)([smh])(?=\]|\n))");
  std::string hastened;
  auto rest = rules.cbegin();
  std::smatch found;
  while (std::regex_search(rest, rules.cend(), found, kDuration)) {
    const std::int64_t milliseconds = std::stol(found[2]) * kMillisecondsOf.at(found[3]);
    hastened.append(rest, found[0].first).append(found[1]);
    hastened += Milliseconds(milliseconds / haste);
    rest = found[0].second;
  }
  return hastened.append(rest, rules.cend());
}

PrometheusProcess::PrometheusProcess(const std::map<std::string, std::string>& targets, int haste)
    : alertmanager_(ListenOnLoopback(alertmanager_port_.number())) {
  const std::string rules = WriteFile(
      directory_.path(), "alerts.yaml",
      HastenRules(ContentOf(RepositoryFile("helm/dino-bridge/files/alerts.yaml")), haste));
  const std::string configuration =
      WriteFile(directory_.path(), "prometheus.yaml",
                Configuration(targets, alertmanager_port_.address(), rules, haste));
  process_.emplace(
      std::vector<std::string>{"prometheus", "--config.file=" + configuration,
                               "--storage.tsdb.path=" + (directory_.path() / "data").string(),
                               "--web.listen-address=" + port_.address()});
  process_->WaitForLine(Subprocess::Output::kStderr, [](std::string_view line) {
    return line.find("Server is ready") != std::string_view::npos;
  });
}

bool PrometheusProcess::WaitForAlerts(Clock::time_point deadline) {
  if (!WaitUntilReadable(alertmanager_.number(), deadline)) return false;
  TakeDown(TakeRequest(alertmanager_));
  return true;
}

void PrometheusProcess::TakeDown(const std::string& body) {
  google::protobuf::ListValue alerts;
  if (!google::protobuf::util::JsonStringToMessage(body, &alerts).ok()) {
    ADD_FAILURE() << "not a list of alerts: " << body;
    return;
  }
  for (const auto& alert : alerts.values()) {
    const auto& labels = alert.struct_value().fields().at("labels").struct_value().fields();
    const auto label = [&labels](const std::string& name) {
      const auto found = labels.find(name);
      return found == labels.end() ? std::string() : found->second.string_value();
    };
    fired_[label("job")][label("alertname")] = label("severity");
  }
}

}  // namespace dino::testing
