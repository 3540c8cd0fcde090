#include "tests/model_check/world.hpp"

#include <functional>

#include "core/workflow/undo.hpp"

namespace fermata::model_check {
namespace {

Rule rule(std::string name, Operator op, int amount, Effect effect, std::int64_t approve = 0) {
  Rule made;
  made.name = std::move(name);
  made.tool = "refund";
  made.when = {{"amount", op, json::Value(amount)}};
  made.effect = effect;
  if (effect == Effect::kAsk) {
    made.thresholds = {{"finance", approve, 1}};
    made.thresholds.front().delegate_to = "person:dan";
    made.deadline_ms = kDeadlineMs;
  }
  return made;
}

Policy policy(std::string hash, std::vector<Rule> rules) {
  Policy made;
  made.hash = std::move(hash);
  made.rules = std::move(rules);
  made.fallback = {
      .name = "default", .tool = "*", .effect = Effect::kAsk, .thresholds = {{"finance", 1, 1}}};
  return made;
}

std::vector<Policy> make_policies() {
  Rule waits = rule("large", Operator::kGt, 1000, Effect::kAsk, 1);
  waits.terms.effect_wait_ms = kWaitMs;
  return {policy("p0",
                 {rule("small", Operator::kLte, 100, Effect::kAllow),
                  rule("middling", Operator::kGt, 100, Effect::kAsk, 1),
                  rule("large", Operator::kGt, 1000, Effect::kAsk, 2)}),
          policy("p1", {rule("small", Operator::kLte, 1000, Effect::kAllow), waits}),
          policy("p2",
                 {rule("all", Operator::kGt, 0, Effect::kAsk, 2),
                  rule("huge", Operator::kGt, 1000, Effect::kDeny)})};
}

Directory make_directory(bool ben_left) {
  Directory made;
  for (const char* id : {"ana", "ben", "cleo", "dan"}) made.people[id] = {.id = id, .name = id};
  made.groups["finance"] = {"finance", "Finance", {"ana", "cleo"}};
  if (!ben_left) made.groups["finance"].members.insert("ben");
  return made;
}

class Digest {
 public:
  void add(std::uint64_t value) {
    hash_ ^= value + 0x9E3779B97F4A7C15ULL;
    hash_ *= 0xBF58476D1CE4E5B9ULL;
    hash_ ^= hash_ >> 31;
  }
  void add(const std::string& text) { add(std::hash<std::string>{}(text)); }
  std::uint64_t value() const { return hash_; }

 private:
  std::uint64_t hash_ = 0x243F6A8885A308D3ULL;
};

std::uint64_t word(std::int64_t value) { return static_cast<std::uint64_t>(value); }

void add(Digest& all, const Call& call) {
  all.add(call.key);
  all.add(word(static_cast<std::int64_t>(call.state)));
  all.add(word(call.left));
  all.add(word(call.epoch));
  all.add(word(call.attempt));
  all.add(call.hash);
  all.add(call.approval);
  if (!call.grant) return;
  all.add(call.grant->id);
  all.add(word(call.grant->epoch));
  all.add(word(call.grant->claimed_by_turn));
  all.add(word(call.grant->expires_at.value_or(0)));
}

void add(Digest& all, const Approval& approval) {
  all.add(word(static_cast<std::int64_t>(approval.status)));
  all.add(approval.hash);
  all.add(approval.call);
  all.add(word(approval.epoch));
  all.add(word(approval.question.deadline.value_or(0)));
  all.add(word(approval.effect_at.value_or(0)));
  all.add(word(approval.created_at));
  all.add(approval.delegations.size());
  for (const Threshold& threshold : approval.thresholds) all.add(word(threshold.approve));
  for (const Decision& decision : approval.decisions) {
    all.add(decision.person);
    all.add(word(static_cast<std::int64_t>(decision.kind)));
    all.add(decision.hash);
    all.add(decision.counts ? 1 : 0);
  }
}

}  // namespace

const Directory& directory_of(const World& world) {
  thread_local Directory with = make_directory(false);
  thread_local Directory without = make_directory(true);
  Directory& directory = world.ben_left ? without : with;
  directory.freezes = world.freezes;
  return directory;
}

const Policy* policy_of(const World& world) {
  static const std::vector<Policy> all = make_policies();
  return world.policy == kPolicies - 1 ? nullptr : &all[static_cast<std::size_t>(world.policy)];
}

int required(int policy, std::int64_t amount) {
  switch (policy) {
    case 0:
      return amount <= 100 ? 0 : amount <= 1000 ? 1 : 2;
    case 1:
      return amount <= 1000 ? 0 : 1;
    case 2:
      return amount <= 1000 ? 2 : -1;
    default:
      return -1;
  }
}

std::uint64_t digest(const World& world) {
  Digest all;
  const Workflow& w = world.workflow;
  all.add(word(world.policy));
  all.add(world.ben_left ? 1 : 0);
  all.add(word(world.now));
  for (const Freeze& freeze : world.freezes) {
    all.add(word(freeze.from));
    all.add(word(freeze.until.value_or(0)));
  }
  all.add(word(static_cast<std::int64_t>(w.ended)));
  all.add(word(w.epoch));
  all.add(word(w.turns));
  all.add(w.turn ? 1 : 0);
  for (const Call& call : w.calls) add(all, call);
  all.add(0xA);
  for (const Approval& approval : w.approvals) add(all, approval);
  all.add(0xB);
  for (const Checkpoint& checkpoint : w.checkpoints) {
    all.add(word(checkpoint.left));
    all.add(checkpoint.calls);
  }
  for (const Compensation& compensation : w.compensations) {
    all.add(compensation.call);
    all.add(word(static_cast<std::int64_t>(undo_state(w, compensation))));
  }
  for (const std::uint8_t n : world.starts) all.add(n);
  for (const std::uint8_t n : world.permits) all.add(n);
  return all.value();
}

}  // namespace fermata::model_check
