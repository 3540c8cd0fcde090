#pragma once

// An engine on a store in memory, with a directory, a policy and a clock that tests move; and a
// store in between that loses answers and refuses reads when told to.

#include <gtest/gtest.h>

#include <atomic>
#include <mutex>
#include <string>
#include <thread>

#include "engine/engine.hpp"
#include "engine/verify.hpp"
#include "store/open.hpp"

namespace fermata::engine {

inline constexpr const char* kPolicy = R"(version: 1
rules:
  - {name: small, tool: refund, when: {amount: {lte: 100}}, effect: allow}
  - {name: large, tool: refund, when: {amount: {gt: 100}}, effect: ask,
     thresholds: [{from: finance, approve: 1, reject: 1}], deadline_s: 60}
default: {effect: ask, thresholds: [{from: finance, approve: 1, reject: 1}]}
)";

// Goes as time goes, as a database's does, and jumps when told to.
class ManualClock final : public Clock {
 public:
  TimeMs now_ms() const override { return ahead_ + monotonic_ms(); }
  void advance(TimeMs by_ms) { ahead_ += by_ms; }

 private:
  std::atomic<TimeMs> ahead_ = 1'700'000'000'000;
};

inline const Identity kSetup{"default", {ActorKind::kSystem, "config"}, "", ""};
inline const Identity kAgent{"default", {ActorKind::kAgent, "refunds"}, "", ""};
inline const Identity kBen{"default", {ActorKind::kPerson, "ben"}, "", ""};

// Does what it is told, and says that nobody knows when told to (a connection lost in a commit).
class DoubtfulStore final : public store::Store {
 public:
  explicit DoubtfulStore(const Clock& clock) : inner_(store::make_memory_store(clock)) {}

  std::atomic<bool> lose_next_answer = false;
  std::atomic<int> refused_reads = 0;      // So many reads are still to fail.
  std::atomic<int> commits = 0;            // Calls of commit().
  std::atomic<std::size_t> rows_read = 0;  // Events that read() gave.

  std::vector<Result<void>> commit(const std::vector<store::Commit>& commits_) override {
    ++commits;
    auto results = inner_->commit(commits_);
    if (lose_next_answer.exchange(false))
      for (auto& result : results) result = lost();
    return results;
  }
  Result<std::vector<store::EventRow>> read(const store::StreamId& stream,
                                            std::int64_t after,
                                            int limit) override {
    if (refused_reads > 0 && refused_reads-- > 0) return lost();
    auto rows = inner_->read(stream, after, limit);
    if (rows) rows_read += rows->size();
    return rows;
  }
  Result<std::vector<store::FoundEvent>> search(const store::EventQuery& query) override {
    return inner_->search(query);
  }
  Result<store::LeasedTasks> lease_tasks(const std::string& owner,
                                         std::int64_t lease_ms,
                                         int limit) override {
    return inner_->lease_tasks(owner, lease_ms, limit);
  }
  Result<std::optional<store::RequestRow>> find_request(const std::string& tenant,
                                                        const std::string& id) override {
    return inner_->find_request(tenant, id);
  }
  Result<std::vector<store::Row>> list(const store::RowQuery& query) override {
    return inner_->list(query);
  }
  Result<std::int64_t> count(const store::RowQuery& query) override { return inner_->count(query); }
  Result<std::vector<store::StreamHead>> heads(const store::StreamId& after, int limit) override {
    return inner_->heads(after, limit);
  }
  Result<std::vector<store::Entry>> entries(store::Kind kind,
                                            const store::StreamId& after,
                                            int limit) override {
    return inner_->entries(kind, after, limit);
  }
  Result<TimeMs> now() override { return inner_->now(); }

 private:
  static tl::unexpected<Error> lost() {
    return fail(ErrorCode::kUnavailable, "store.unavailable", "no answer");
  }
  std::unique_ptr<store::Store> inner_;
};

class EngineTest : public ::testing::Test {
 protected:
  EngineTest() : store_(std::make_unique<DoubtfulStore>(clock_)) {
    start();
    must({.caller = kSetup,
          .stream = "directory",
          .command = command::SetPerson{{.id = "ben", .name = "Ben"}}});
    must({.caller = kSetup,
          .stream = "directory",
          .command = command::SetGroup{{.id = "finance", .name = "", .members = {"ben"}}}});
    must({.caller = kSetup,
          .stream = "directory",
          .command = command::PublishPolicy{kPolicy, "hash-of-policy"}});
  }

  void start(Options options = {}) {
    options.signing_seed = std::string(32, 's');
    auto engine = Engine::start(*store_, random_, options);
    ASSERT_TRUE(engine.has_value()) << engine.error().reason;
    engine_ = *std::move(engine);
  }

  // As after a crash: nothing is kept but the store.
  void restart(Options options = {}) {
    engine_.reset();
    start(std::move(options));
  }

  Reply must(Submission submission) {
    auto reply = engine_->submit_and_wait(std::move(submission));
    EXPECT_TRUE(reply.has_value()) << (reply ? "" : reply.error().reason + reply.error().detail);
    return reply ? *std::move(reply) : Reply{};
  }
  std::string refusal(Submission submission) {
    auto reply = engine_->submit_and_wait(std::move(submission));
    return reply ? "accepted" : reply.error().reason;
  }

  std::string new_workflow() {
    return must({.caller = kAgent,
                 .stream = "",
                 .command = command::CreateWorkflow{.agent = "refunds"}})
        .body.string_or("id");
  }
  std::int64_t turn(const std::string& workflow) {
    return must({.caller = kAgent,
                 .stream = workflow,
                 .command = command::StartTurn{.worker = "w", .takeover = true}})
        .body.int_or("turn");
  }
  Submission open(const std::string& workflow, std::int64_t turn, std::int64_t amount) {
    command::OpenCall wish;
    wish.turn = turn;
    wish.key = "t:" + std::to_string(amount);
    wish.tool = "refund";
    wish.arguments = {{"amount", amount}};
    return {.caller = kAgent, .stream = workflow, .command = wish};
  }
  Submission approve(const json::Value& approval) {
    command::DecideApproval wish;
    wish.approval = approval.string_or("id");
    wish.hash = approval.string_or("hash");
    return {.caller = kBen, .stream = workflow_of(wish.approval), .command = wish};
  }
  Submission close(const std::string& workflow, std::int64_t turn, const json::Value& verdict) {
    command::CloseCall wish;
    wish.turn = turn;
    wish.call = verdict["call"].string_or("id");
    wish.grant = verdict.string_or("grant");
    wish.hash = verdict.string_or("hash");
    wish.result = "paid";
    return {.caller = kAgent, .stream = workflow, .command = wish};
  }

  // Runs until `done` or half a minute has passed; woken by the engine's own callbacks.
  template <class Done>
  void wait_until(Done done) {
    const std::int64_t give_up = monotonic_ms() + 30'000;
    while (!done() && monotonic_ms() < give_up) std::this_thread::yield();
    EXPECT_TRUE(done());
  }

  void expect_whole() {
    auto verification = verify(*store_, nullptr);
    ASSERT_TRUE(verification.has_value());
    for (const Finding& finding : verification->findings)
      ADD_FAILURE() << finding.promise << " " << finding.stream << " " << finding.what;
    EXPECT_GT(verification->events, 0U);
  }

  ManualClock clock_;
  SystemRandom random_;
  std::unique_ptr<DoubtfulStore> store_;
  std::unique_ptr<Engine> engine_;
};

}  // namespace fermata::engine
