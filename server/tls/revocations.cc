#include "server/tls/revocations.h"

#include <openssl/x509.h>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "server/base/text_file.h"
#include "server/log/log.h"
#include "server/tls/certificate_chain.h"

namespace dino::tls {
namespace {

// About 2 KiB each.
constexpr std::size_t kMaxIntermediates = 64;

absl::StatusOr<RevocationList> ReadLists(const std::string& path,
                                         const std::string& client_ca_path) {
  const absl::StatusOr<std::string> content = ReadTextFile(path);
  if (!content.ok()) return content.status();
  const absl::StatusOr<std::string> client_ca = ReadTextFile(client_ca_path);
  auto lists = RevocationList::Parse(
      *content, client_ca.ok() ? Certificate::ParseAll(*client_ca) : Certificates());
  if (lists.ok()) return lists;
  return absl::FailedPreconditionError(absl::StrCat(path, " ", lists.status().message()));
}

absl::StatusOr<std::shared_ptr<const RevocationList>> ReadAndLog(const std::string& path,
                                                                 const std::string& client_ca) {
  auto lists = ReadLists(path, client_ca);
  if (!lists.ok()) return lists.status();
  log::Info("revocation lists read", {{"lists", lists->size()}});
  return std::make_shared<const RevocationList>(*std::move(lists));
}

bool IsSame(const Certificate& one, const Certificate& other) {
  return X509_cmp(one.get(), other.get()) == 0;
}

}  // namespace

absl::Status CheckCrlFile(const std::string& path, const std::string& client_ca_path) {
  return ReadLists(path, client_ca_path).status();
}

Revocations::Revocations(const std::string& path, const std::string& client_ca_path)
    : enabled_(!path.empty()),
      // Another authority may make a list invalid, or valid.
      file_({path, client_ca_path},
            [path, client_ca_path] { return ReadAndLog(path, client_ca_path); }) {}

absl::Status Revocations::Start() {
  if (!enabled_) return absl::OkStatus();
  return file_.Start("revocations", [this](const absl::Status& state) {
    unreadable_log_.Look(std::string(state.message()));
    const std::shared_ptr<const RevocationList> lists = file_.value();
    const std::size_t expired = lists->ExpiredLists();
    expiry_log_.Look(expired == 0 ? "" : absl::StrCat(expired, " of ", lists->size(), " lists"));
  });
}

absl::Status Revocations::Check(const Certificate& certificate, std::string_view presented,
                                const Certificates& authorities) const {
  if (!enabled_) return absl::OkStatus();
  const std::shared_ptr<const RevocationList> lists = file_.value();
  if (lists == nullptr || !file_.current()) {
    return absl::FailedPreconditionError(
        "no client certificate is accepted: the server cannot read its revocation lists");
  }
  const absl::StatusOr<Certificates> chain = FindChain(certificate, presented, authorities);
  if (!chain.ok()) {
    return absl::NotFoundError(
        absl::StrCat("the client certificate leads to no authority: ", chain.status().message()));
  }
  Certificates issuers(chain->begin() + 1, chain->end());
  issuers.insert(issuers.end(), authorities.begin(), authorities.end());
  for (const Certificate& each : *chain) {
    const absl::Status good = lists->Check(each, issuers);
    if (good.ok()) continue;
    const bool is_own = &each == &chain->front();
    return absl::UnauthenticatedError(
        absl::StrCat(is_own ? "the client certificate " : "an authority of the client certificate ",
                     good.message()));
  }
  Remember(*chain);
  return absl::OkStatus();
}

absl::StatusOr<Certificates> Revocations::FindChain(const Certificate& certificate,
                                                    std::string_view presented,
                                                    const Certificates& authorities) const {
  Certificates others = Certificate::ParseAll(presented);
  auto chain = ChainOf(certificate, others, authorities);
  if (chain.ok()) return chain;
  const MutexLock lock(mutex_);
  others.insert(others.end(), intermediates_.begin(), intermediates_.end());
  return ChainOf(certificate, others, authorities);
}

void Revocations::Remember(const Certificates& chain) const {
  if (chain.size() < 3) return;
  const MutexLock lock(mutex_);
  for (auto each = chain.begin() + 1; each != chain.end() - 1; ++each) {
    const bool known = std::any_of(intermediates_.begin(), intermediates_.end(),
                                   [&](const Certificate& other) { return IsSame(*each, other); });
    if (known) continue;
    intermediates_.push_back(*each);
    if (intermediates_.size() > kMaxIntermediates) intermediates_.pop_front();
  }
}

}  // namespace dino::tls
