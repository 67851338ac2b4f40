#include "server/auth/callers.h"

#include <cstring>

#include "absl/strings/str_cat.h"
#include "server/base/text_file.h"
#include "server/log/log.h"

namespace dino::auth {
namespace {

std::uint64_t BeginningOf(const KeyDigest& digest) {
  std::uint64_t beginning = 0;
  std::memcpy(&beginning, digest.data(), sizeof(beginning));
  return beginning;
}

absl::StatusOr<std::vector<CallerEntry>> ReadKeyFile(const std::string& path) {
  const absl::StatusOr<std::string> content = ReadTextFile(path);
  if (!content.ok()) return content.status();
  auto entries = ParseKeyFile(*content);
  if (entries.ok()) return entries;
  return absl::InvalidArgumentError(absl::StrCat(path, ": ", entries.status().message()));
}

}  // namespace

absl::Status CheckKeyFile(const std::string& path) { return ReadKeyFile(path).status(); }

absl::Status Callers::Start() {
  return file_.Start("callers", [this](const absl::Status& state) {
    state_log_.Look(std::string(state.message()));
  });
}

std::shared_ptr<const Caller> Callers::Find(std::string_view key) const {
  const KeyDigest digest = Sha256({key});
  const std::shared_ptr<const Table> table = file_.value();
  if (table == nullptr) return nullptr;
  const auto place = table->by_key.find(BeginningOf(digest));
  if (place == table->by_key.end() || !EqualInConstantTime(place->second.digest, digest)) {
    return nullptr;
  }
  return place->second.caller;
}

std::shared_ptr<const Caller> Callers::FindByName(std::string_view name) const {
  const std::shared_ptr<const Table> table = file_.value();
  if (table == nullptr) return nullptr;
  const auto caller = table->by_name.find({name.data(), name.size()});
  return caller == table->by_name.end() ? nullptr : caller->second;
}

std::vector<std::pair<std::string, Quota::Usage>> Callers::Usage() const {
  const MutexLock lock(mutex_);
  std::vector<std::pair<std::string, Quota::Usage>> usage;
  usage.reserve(quotas_.size());
  for (const auto& [name, quota] : quotas_) usage.emplace_back(name, quota->usage());
  return usage;
}

absl::StatusOr<std::shared_ptr<const Callers::Table>> Callers::Read(const std::string& path) {
  const auto entries = ReadKeyFile(path);
  if (!entries.ok()) return entries.status();
  log::Info("key file read", {{"callers", entries->size()}});
  return MakeTable(*entries);
}

std::shared_ptr<const Callers::Table> Callers::MakeTable(const std::vector<CallerEntry>& entries) {
  auto table = std::make_shared<Table>();
  std::map<std::string, std::shared_ptr<Quota>> quotas;
  const MutexLock lock(mutex_);
  for (const CallerEntry& entry : entries) {
    std::shared_ptr<Quota>& quota = quotas[entry.name];
    const auto before = quotas_.find(entry.name);
    if (before == quotas_.end()) {
      quota = std::make_shared<Quota>(entry.rates);
    } else {
      quota = before->second;
      quota->SetRates(entry.rates);
    }
    const auto caller = std::make_shared<const Caller>(entry, environment_, quota);
    for (const KeyDigest& digest : entry.keys) {
      table->by_key.insert_or_assign(BeginningOf(digest), Place{digest, caller});
    }
    for (const std::string& name : entry.certificates) table->by_name.emplace(name, caller);
  }
  quotas_.swap(quotas);
  return table;
}

}  // namespace dino::auth
