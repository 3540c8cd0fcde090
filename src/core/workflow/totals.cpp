#include "core/workflow/totals.hpp"

#include <iterator>
#include <optional>

#include "core/decide.hpp"
#include "core/policy/lookup.hpp"

namespace fermata {
namespace {

using Amounts = std::map<std::string, Decimal>;

void collect_paths(const json::Object& object, const std::string& prefix, Amounts& into) {
  for (const auto& [name, value] : object) {
    if (into.size() >= Totals::kMostPathsOfCall) return;
    if (prefix.size() + name.size() >= Totals::kLongestPath) continue;
    std::string path = prefix;
    if (!path.empty()) path += '.';
    path += name;
    if (const json::Object* inner = value.as_object())
      collect_paths(*inner, path, into);
    else if (value.is_number())
      into.emplace(path, Decimal{});
  }
}

// By paths that mean one argument each, as a condition would look it up.
Amounts amounts_of(const json::Object& arguments) {
  Amounts found;
  collect_paths(arguments, "", found);
  for (auto at = found.begin(); at != found.end();) {
    const Argument argument = look_up(arguments, at->first);
    const auto amount = argument.presence == Presence::kFound ? Decimal::of(*argument.value)
                                                              : std::optional<Decimal>();
    const bool counts = amount && !amount->negative();
    if (counts) at->second = *amount;
    at = counts ? std::next(at) : found.erase(at);
  }
  return found;
}

void add_amount(ToolTotals& totals, const std::string& path, const Decimal& amount) {
  if (!totals.sums.contains(path) && totals.sums.size() >= Totals::kMostPaths) return;
  ArgumentTotal& total = totals.sums[path];
  const auto sum = total.sum.plus(amount);
  if (!sum) return;  // Never counted, so that it stays unknown as long as this call counts.
  total.sum = *sum;
  ++total.calls;
}

bool counts(const Call& call) {
  return call.kind == CallKind::kTool && call.state != CallState::kDenied;
}

// request_approval asks about another tool's call.
std::string subject(const std::string& tool, const json::Object& arguments) {
  if (tool != kRequestApproval) return tool;
  const json::Value* action = arguments.find("action");
  const std::string* name = action == nullptr ? nullptr : action->as_string();
  return name == nullptr ? "" : *name;
}

// A standalone request has no agent of its own: it is whoever asked.
void take_agent(const Workflow& workflow, const Context& context, PolicyInput& into) {
  const Actor& asker = workflow.exists() ? workflow.requester : context.actor;
  into.agent = workflow.agent;
  for (const Actor* actor : {&asker, &context.actor})
    if (into.agent.empty() && actor->kind == ActorKind::kAgent) into.agent = actor->id;
  const bool is_human = asker.kind == ActorKind::kPerson || asker.kind == ActorKind::kAdmin;
  into.no_agent = into.agent.empty() && is_human && workflow.turns == 0;
}

// The sums that the policy asks about and that are known of every call but `own`.
void take_sums(const Policy& policy, const ToolTotals& totals, const Call* own, PolicyInput& into) {
  const Amounts of_own = own == nullptr ? Amounts{} : amounts_of(own->effective());
  for (const Rule& rule : policy.rules) {
    for (const Circumstance& one : rule.circumstances) {
      const auto* wanted = std::get_if<SumIs>(&one);
      const auto known = wanted == nullptr ? totals.sums.end() : totals.sums.find(wanted->of);
      if (known == totals.sums.end()) continue;
      const auto mine = of_own.find(wanted->of);
      const bool has_own = mine != of_own.end();
      if (known->second.calls - (has_own ? 1 : 0) != into.calls) continue;
      const auto sum = has_own ? known->second.sum.plus(mine->second.negated()) : known->second.sum;
      if (sum) into.sums[wanted->of] = *sum;
    }
  }
}

}  // namespace

void Totals::add(const Call& call) {
  if (!counts(call)) return;
  ToolTotals& totals = tools_[call.tool];
  ++totals.calls;
  for (const auto& [path, amount] : amounts_of(call.effective())) add_amount(totals, path, amount);
}

void Totals::take_away(const Call& call) {
  if (!counts(call)) return;
  ToolTotals& totals = tools_[call.tool];
  if (--totals.calls == 0) {
    tools_.erase(call.tool);
    return;
  }
  for (const auto& [path, amount] : amounts_of(call.effective())) {
    const auto known = totals.sums.find(path);
    if (known == totals.sums.end()) continue;
    ArgumentTotal& total = known->second;
    if (--total.calls <= 0)
      totals.sums.erase(known);
    else if (const auto rest = total.sum.plus(amount.negated()))
      total.sum = *rest;
  }
}

const ToolTotals* Totals::of(const std::string& tool) const {
  const auto known = tools_.find(tool);
  return known == tools_.end() ? nullptr : &known->second;
}

PolicyInput policy_input(const Workflow& workflow,
                         const Context& context,
                         const std::string& tool,
                         const json::Object& arguments,
                         const Call* judged) {
  PolicyInput input{tool, arguments};
  take_agent(workflow, context, input);
  input.on_behalf_of = workflow.acts_for.empty() ? context.on_behalf_of : workflow.acts_for;
  input.tags = workflow.tags;
  input.now = context.now;
  const ToolTotals* totals = workflow.totals.of(subject(tool, arguments));
  if (totals == nullptr) return input;
  const bool is_own =
      judged != nullptr && judged->tool == subject(tool, arguments) && counts(*judged);
  input.calls = totals->calls - (is_own ? 1 : 0);
  if (context.policy != nullptr)
    take_sums(*context.policy, *totals, is_own ? judged : nullptr, input);
  return input;
}

}  // namespace fermata
