#include "store/postgres/writer.hpp"

#include <utility>

#include "base/failpoint.hpp"
#include "base/time.hpp"
#include "store/check.hpp"
#include "store/rows.hpp"

namespace fermata::store::postgres {
namespace {

// For one commit that is refused because others write the same at this moment.
constexpr int kAttempts = 3;

constexpr Sql kNextDue{"next_due", "SELECT min(ready_at), now_ms() FROM tasks"};

constexpr Sql kLeaseTasks{
    "lease_tasks",
    "WITH clock AS MATERIALIZED (SELECT now_ms() AS ms),"
    " picked AS MATERIALIZED (SELECT t.tenant, t.id, t.ready_at FROM tasks t"
    "   WHERE t.ready_at <= (SELECT ms FROM clock) ORDER BY t.ready_at, t.tenant, t.id LIMIT $3"
    "   FOR UPDATE SKIP LOCKED),"
    " leased AS (UPDATE tasks t SET owner = $1, token = nextval('task_token'),"
    "   attempts = t.attempts + 1, ready_at = (SELECT ms FROM clock) + $2"
    "   FROM picked p WHERE t.tenant = p.tenant AND t.id = p.id"
    "   RETURNING t.tenant, t.id, t.kind, t.stream, t.due_at, t.body, t.attempts, t.token,"
    "     p.ready_at AS was_ready_at)"
    " SELECT * FROM leased ORDER BY was_ready_at, tenant, id"};

std::vector<Result<void>> all(std::size_t count, const Error& error) {
  return std::vector<Result<void>>(count, tl::unexpected(error));
}

std::vector<Result<void>> results_of(const Wave& wave, const std::string& digits) {
  std::vector<Result<void>> results;
  results.reserve(wave.size());
  for (std::size_t i = 0; i < wave.size(); ++i) {
    results.push_back(result_of(static_cast<Verdict>(digits[i] - '0'), *wave[i]));
  }
  return results;
}

}  // namespace

Writer::Writer(std::unique_ptr<Connection> connection, int timeout_ms)
    : connection_(std::move(connection)), timeout_ms_(timeout_ms) {}

std::vector<Result<void>> Writer::commit(const std::vector<Commit>& commits) {
  failpoint("store.commit_begin");
  std::vector<Result<void>> results;
  std::vector<const Commit*> valid;
  for (const Commit& commit : commits) {
    results.push_back(check(commit));
    if (results.back()) valid.push_back(&commit);
  }
  for (const Wave& wave : waves(valid)) {
    std::vector<Result<void>> of_wave = commit_wave(wave);
    for (std::size_t i = 0; i < wave.size(); ++i) {
      results[static_cast<std::size_t>(wave[i] - commits.data())] = std::move(of_wave[i]);
    }
  }
  failpoint("store.after_commit");
  return results;
}

std::vector<Result<void>> Writer::commit_wave(const Wave& wave) {
  failpoint("store.before_commit");
  const Answer answer = connection_->run(kCommitBatch, batch_parameters(wave));
  if (answer) return results_of(wave, answer->text(0, 0));
  const Failure failure = answer.error().failure;
  if (failure == Failure::kRefused || failure == Failure::kTimeout) return commit_one_by_one(wave);
  return all(wave.size(), answer.error().error);
}

std::vector<Result<void>> Writer::commit_one_by_one(const Wave& wave) {
  const std::int64_t until_ms = monotonic_ms() + timeout_ms_;
  std::vector<Result<void>> results;
  results.reserve(wave.size());
  for (const Commit* commit : wave) {
    if (monotonic_ms() > until_ms) {
      results.push_back(tl::unexpected(unavailable("postgres: no time left for this commit")));
    } else {
      results.push_back(commit_one(*commit));
    }
  }
  return results;
}

Result<void> Writer::commit_one(const Commit& commit) {
  const Wave wave{&commit};
  const Parameters parameters = batch_parameters(wave);
  Error error;
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    Answer answer = connection_->run(kCommitBatch, parameters);
    if (answer) return std::move(results_of(wave, answer->text(0, 0)).front());
    error = std::move(answer.error().error);
    if (answer.error().failure != Failure::kRefused) break;
  }
  return tl::unexpected(std::move(error));
}

Result<void> Writer::peek(LeasedTasks& leased, TimeMs& now) {
  Answer answer = connection_->run(kNextDue, Parameters());
  if (!answer) return tl::unexpected(answer.error().error);
  leased.next_due.reset();
  if (!answer->is_null(0, 0)) leased.next_due = answer->number(0, 0);
  now = answer->number(0, 1);
  return {};
}

Result<LeasedTasks> Writer::lease_tasks(const std::string& owner,
                                        std::int64_t lease_ms,
                                        int limit) {
  LeasedTasks leased;
  TimeMs now = 0;
  FERMATA_CHECK_OK(peek(leased, now));
  // An idle queue is asked often; it costs no transaction.
  if (!leased.next_due || *leased.next_due > now || limit <= 0) return leased;
  Parameters parameters;
  parameters.add(owner).add(lease_ms).add(std::int64_t{limit});
  Answer answer = connection_->run(kLeaseTasks, parameters);
  if (!answer) return tl::unexpected(answer.error().error);
  for (int i = 0; i < answer->size(); ++i) {
    leased.tasks.push_back({answer->text(i, 0),
                            answer->text(i, 1),
                            answer->text(i, 2),
                            answer->text(i, 3),
                            answer->number(i, 4),
                            answer->text(i, 5),
                            static_cast<int>(answer->number(i, 6)),
                            answer->number(i, 7)});
  }
  // The leases are given: if the server goes away now, they must be told nevertheless.
  if (const Result<void> peeked = peek(leased, now); !peeked) leased.next_due = now;
  return leased;
}

}  // namespace fermata::store::postgres
