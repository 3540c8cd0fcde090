#include "engine/attention.hpp"

#include <algorithm>

#include "base/hash.hpp"
#include "codec/documents.hpp"
#include "core/approval/group_expression.hpp"
#include "core/approval/tally.hpp"
#include "core/workflow/words.hpp"

namespace fermata::engine {
namespace {

constexpr TimeMs kHourMs = 3'600'000;
constexpr int kMostCounted = 1'000;
constexpr int kMostApprovers = 100;  // One of more is taken to have time.
constexpr int kSample = 20;          // Answers of each kind that an estimate looks at.
constexpr std::size_t kLeastSample = 5;

store::RowQuery pending(const std::string& tenant, std::int64_t most) {
  store::RowQuery query;
  query.tenant = tenant;
  query.table = store::Table::kApprovals;
  query.status = to_string(ApprovalStatus::kPending);
  query.limit = static_cast<int>(most);
  return query;
}

std::string asking_agent(const Workflow& workflow, const Context& context) {
  return workflow.exists() ? workflow.agent : context.actor.id;
}

// Whether everybody who may answer has `limit` requests waiting.
Result<bool> all_busy(store::Store& store,
                      const Approval& wanted,
                      const Directory& directory,
                      const std::string& tenant,
                      std::int64_t limit) {
  int looked_at = 0;
  for (const auto& [id, person] : directory.people) {
    if (is_party(wanted, id) || !is_approver(wanted, directory, id)) continue;
    if (++looked_at > kMostApprovers) return false;
    store::RowQuery query = pending(tenant, limit);
    query.any_label = names_of(directory, id);
    if (query.any_label.empty()) continue;
    FERMATA_TRY(const std::int64_t open, store.count(query));
    if (open < limit) return false;
  }
  return looked_at > 0;  // Where nobody may answer, time is not what is missing.
}

std::optional<TimeMs> seconds_of(const json::Value& request) {
  const auto from = from_rfc3339(request.string_or("created_at"));
  const auto to = from_rfc3339(request.string_or("closed_at"));
  if (!from || !to || *to < *from) return std::nullopt;
  return (*to - *from) / 1000;
}

// How long the newest answers to requests before the same people took, shortest first.
Result<std::vector<TimeMs>> latencies(store::Store& store,
                                      const std::string& tenant,
                                      const std::vector<std::string>& labels) {
  std::vector<TimeMs> found;
  for (const ApprovalStatus status :
       {ApprovalStatus::kApproved, ApprovalStatus::kRejected, ApprovalStatus::kAnswered}) {
    store::RowQuery query = pending(tenant, kSample);
    query.status = to_string(status);
    query.any_label = labels;
    FERMATA_TRY(const std::vector<store::Row> rows, store.list(query));
    for (const store::Row& row : rows) {
      FERMATA_TRY(const json::Value document, json::parse(row.doc, json::kMaxStoredDepth));
      if (const auto seconds = seconds_of(document)) found.push_back(*seconds);
    }
  }
  std::sort(found.begin(), found.end());
  return found;
}

json::Value estimate_of(const std::vector<TimeMs>& sorted) {
  if (sorted.size() < kLeastSample) return {};
  const auto at = [&](std::size_t percent) { return sorted[(sorted.size() - 1) * percent / 100]; };
  return json::Object{
      {"median_s", at(50)}, {"p90_s", at(90)}, {"of", static_cast<std::int64_t>(sorted.size())}};
}

}  // namespace

const event::ApprovalRequested* limited(const Workflow& workflow,
                                        const Events& events,
                                        const Context& context) {
  if (context.policy == nullptr || !context.policy->attention.any()) return nullptr;
  if (context.actor.kind != ActorKind::kAgent && workflow.agent.empty()) return nullptr;
  for (const event::Event& event : events)
    if (const auto* asked = std::get_if<event::ApprovalRequested>(&event)) return asked;
  return nullptr;
}

Result<Attention> count_attention(store::Store& store,
                                  const Workflow& workflow,
                                  const event::ApprovalRequested& asked,
                                  const Context& context) {
  const AttentionLimits& limits = context.policy->attention;
  Attention found;
  if (limits.open_per_agent) {
    store::RowQuery query = pending(context.tenant, *limits.open_per_agent);
    query.agent = asking_agent(workflow, context);
    FERMATA_TRY(found.open_of_agent, store.count(query));
  }
  if (limits.asked_per_hour) {
    store::RowQuery query = pending(context.tenant, *limits.asked_per_hour);
    query.agent = asking_agent(workflow, context);
    query.status.clear();
    query.since = context.now - kHourMs;
    FERMATA_TRY(found.asked_in_hour, store.count(query));
  }
  if (limits.open_per_approver) {
    const Approval wanted = make_approval(workflow, asked, context.actor, context.on_behalf_of);
    FERMATA_TRY(
        found.approvers_busy,
        all_busy(store, wanted, *context.directory, context.tenant, *limits.open_per_approver));
  }
  return found;
}

std::string line_of(const Approval& approval, const Workflow& workflow) {
  const Question& question = approval.question;
  const bool is_wish =
      question.kind == ApprovalKind::kCall || question.kind == ApprovalKind::kQuestion;
  if (!approval.pending() || !is_wish || workflow.agent.empty()) return {};
  json::Array outcomes;
  for (const CustomOutcome& one : question.outcomes)
    outcomes.emplace_back(json::Array{one.name, to_string(one.means), one.text});
  const json::Value all = json::Array{workflow.agent,
                                      approval.on_behalf_of,
                                      to_string(question.kind),
                                      question.action,
                                      question.definition_hash,
                                      question.arguments,
                                      question.target,
                                      question.form,
                                      question.validation,
                                      std::move(outcomes),
                                      codec::to_document(approval.thresholds)};
  return "equal:" + sha256_hex(json::canonical(all));
}

Result<std::int64_t> equal_open(store::Store& store,
                                const std::string& tenant,
                                const store::Row& row) {
  if (row.queue.empty()) return 0;
  // Who stands in a line is pending: with the status as well, a database that has not counted its
  // rows lately looks through all that are pending.
  store::RowQuery line;
  line.tenant = tenant;
  line.table = store::Table::kApprovals;
  line.limit = kMostCounted;
  line.queue = row.queue;
  FERMATA_TRY(const std::int64_t open, store.count(line));
  return std::max<std::int64_t>(0, open - 1);
}

Result<json::Value> outlook(store::Store& store, const std::string& tenant, const store::Row& row) {
  json::Object found{{"approval", row.id}, {"status", row.status}};
  if (row.status != to_string(ApprovalStatus::kPending)) return json::Value(std::move(found));
  store::RowQuery older = pending(tenant, kMostCounted);
  older.any_label = row.labels;
  older.before_created_at = row.created_at;
  older.before_id = row.id;
  FERMATA_TRY(const std::int64_t ahead, store.count(older));
  FERMATA_TRY(const std::int64_t equal, equal_open(store, tenant, row));
  FERMATA_TRY(const std::vector<TimeMs> sorted, latencies(store, tenant, row.labels));
  json::Value estimate = estimate_of(sorted);
  std::string text = words::outlook(ahead, equal, estimate);
  found.set("ahead", ahead);
  found.set("equal_open", equal);
  found.set("estimate", std::move(estimate));
  found.set("choices", json::Array{"wait", "replan", "withdraw"});
  found.set("text", std::move(text));
  return json::Value(std::move(found));
}

}  // namespace fermata::engine
