#include "server/mqtt/session/loop.h"

#include <pthread.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <thread>

namespace dino::mqtt {
namespace {

// A wake-up that brings so many answers is not too many; see ADR 8.
constexpr std::size_t kWorthAWakeUp = 32;
constexpr std::chrono::microseconds kGatherTime{50};

}  // namespace

Loop::~Loop() {
  Stop();
  SettleRest();
}

void Loop::AddSession(std::uint32_t number, SessionOptions options, unsigned seed,
                      const Session::ChangeFunction& on_change, Peers& peers) {
  if (sessions_.size() <= number) sessions_.resize(number + 1);
  // The resolver is closed before the sessions end.
  const auto resolve = [this, number](const std::string& host) {
    resolver_.Resolve(host, [this, number, host](absl::StatusOr<Resolver::Addresses> addresses) {
      Post([this, number, host, addresses = std::move(addresses)] {
        sessions_[number]->OnResolved(host, addresses);
      });
    });
  };
  sessions_[number] = std::make_unique<Session>(number, std::move(options), seed,
                                                link_.make_connector, resolve, on_change, peers);
}

void Loop::AddQuarantine(std::uint32_t broker, SessionOptions options, unsigned seed,
                         Quarantine::FailureFunction on_failure, Peers& peers) {
  if (quarantines_.size() <= broker) quarantines_.resize(broker + 1);
  const auto resolve = [this, broker](const std::string& host) {
    resolver_.Resolve(host, [this, broker, host](absl::StatusOr<Resolver::Addresses> addresses) {
      TellQuarantine(broker, [host, addresses = std::move(addresses)](Quarantine& quarantine) {
        quarantine.OnResolved(host, addresses);
      });
    });
  };
  quarantines_[broker] = std::make_unique<Quarantine>(
      std::move(options), seed, link_.make_connector, resolve, std::move(on_failure), peers);
}

void Loop::WatchNames(std::vector<std::string> hosts, Clock::duration every,
                      NameWatch::AnswerFunction on_answer) {
  const auto resolve = [this](const std::string& host) {
    resolver_.Resolve(host, [this, host](absl::StatusOr<Resolver::Addresses> addresses) {
      Post([this, host, addresses = std::move(addresses)] { names_->OnResolved(host, addresses); });
    });
  };
  names_ = std::make_unique<NameWatch>(std::move(hosts), every, resolve, std::move(on_answer));
}

void Loop::Start() {
  thread_ = std::thread([this] {
    pthread_setname_np(pthread_self(), "mqtt-loop");
    do {
      GatherAnswers();
    } while (Turn());
  });
}

void Loop::Stop() {
  {
    const MutexLock lock(mutex_);
    stopping_ = true;
  }
  link_.poller->Wake();
  if (thread_.joinable()) thread_.join();
  for (const auto& session : sessions_) {
    if (session != nullptr) session->Close();
  }
  for (const auto& quarantine : quarantines_) {
    if (quarantine != nullptr) quarantine->Close();
  }
}

void Loop::SettleRest() {
  EmptyInbox();
  sessions_.clear();
  quarantines_.clear();
}

void Loop::Tell(std::uint32_t number, std::function<void(Session&)> what) {
  Post([this, number, what = std::move(what)] {
    // The end of the pool settles work when sessions are gone already.
    if (Session* const told = session(number)) what(*told);
  });
}

void Loop::TellQuarantine(std::uint32_t broker, std::function<void(Quarantine&)> what) {
  Post([this, broker, what = std::move(what)] {
    if (broker < quarantines_.size()) what(*quarantines_[broker]);
  });
}

void Loop::Publish(const std::vector<Chunk*>& chunks) {
  bool was_empty = false;
  {
    const MutexLock lock(mutex_);
    was_empty = chunks_.empty();
    chunks_.insert(chunks_.end(), chunks.begin(), chunks.end());
  }
  // One wake-up is enough for all that comes until the loop looks.
  if (was_empty) link_.poller->Wake();
}

void Loop::StopBatch(const std::shared_ptr<Batch>& batch) {
  Post([this, batch] { EndChunks(*batch); });
}

void Loop::StopAll() {
  Post([this] { stops_all_ = true; });
}

void Loop::EndAllChunks() {
  for (const auto& session : sessions_) {
    if (session != nullptr) session->StopAll();
  }
  for (const auto& quarantine : quarantines_) {
    if (quarantine != nullptr) quarantine->StopAll();
  }
}

void Loop::Post(std::function<void()> task) {
  {
    const MutexLock lock(mutex_);
    tasks_.push_back(std::move(task));
  }
  link_.poller->Wake();
}

Session* Loop::session(std::uint32_t number) const {
  return number < sessions_.size() ? sessions_[number].get() : nullptr;
}

void Loop::EndChunks(const Batch& batch) {
  // Its chunks are with their homes, or with standbys.
  for (const auto& session : sessions_) {
    if (session != nullptr) session->Stop(batch);
  }
  for (const auto& quarantine : quarantines_) {
    if (quarantine != nullptr) quarantine->Stop(batch);
  }
}

void Loop::EmptyInbox() {
  {
    const MutexLock lock(mutex_);
    std::swap(chunks_, taken_chunks_);
    std::swap(tasks_, taken_tasks_);
  }
  // Chunks first: a task may ask for the end of one of them.
  for (Chunk* chunk : taken_chunks_) session(chunk->session)->Add(*chunk);
  for (const auto& task : taken_tasks_) task();
  taken_chunks_.clear();
  taken_tasks_.clear();
  // Also what has just come, from callers or from other loops.
  if (stops_all_) EndAllChunks();
}

void Loop::GatherAnswers() const {
  bool awaited = false;
  std::size_t count = 0;
  for (const auto& session : sessions_) {
    if (session == nullptr) continue;
    awaited = awaited || session->awaits_answers();
    count += session->TakeAnswerCount();
  }
  if (awaited && count < kWorthAWakeUp) std::this_thread::sleep_for(kGatherTime);
}

bool Loop::Turn() {
  link_.poller->Wait(next_);
  const Clock::time_point now = Clock::now();
  // What has come by now is in time, however long this thread stood still: it is read before
  // anything is judged late.
  if (now >= next_) link_.poller->Wait(now);
  // Not before: it may ask to be woken for what a task posts here.
  EmptyInbox();
  {
    const MutexLock lock(mutex_);
    if (stopping_) return false;
  }
  next_ = names_ == nullptr ? Clock::time_point::max() : names_->Advance(now);
  for (const auto& session : sessions_) {
    if (session != nullptr) next_ = std::min(next_, session->Advance(now));
  }
  for (const auto& quarantine : quarantines_) {
    if (quarantine != nullptr) next_ = std::min(next_, quarantine->Advance(now));
  }
  return true;
}

}  // namespace dino::mqtt
