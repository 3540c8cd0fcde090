#include "codec/policy_documents.hpp"

#include "codec/documents.hpp"
#include "core/policy/doubts.hpp"

namespace fermata::codec {
namespace {

json::Value seconds(const std::optional<std::int64_t>& ms) {
  return ms ? json::Value(*ms / 1000) : json::Value();
}

json::Array texts(const std::vector<std::string>& all) { return {all.begin(), all.end()}; }

json::Array reminders(const PolicyVerdict& verdict) {
  json::Array after;
  if (verdict.deadline_ms)
    for (const std::int64_t share : verdict.terms.remind_permille)
      after.emplace_back(*verdict.deadline_ms / 1000 * share / 1000);
  return after;
}

}  // namespace

json::Value to_document(const ParsedPolicy& parsed) {
  json::Array errors;
  for (const PolicyError& wrong : parsed.errors)
    errors.emplace_back(
        json::Object{{"line", wrong.line}, {"column", wrong.column}, {"msg", wrong.message}});
  const bool ok = errors.empty();
  return json::Object{{"ok", ok},
                      {"errors", std::move(errors)},
                      {"warnings", ok ? texts(doubts(parsed.policy)) : json::Array{}}};
}

json::Value to_document(const PolicyVerdict& verdict) {
  return json::Object{{"effect", to_string(verdict.effect)},
                      {"rule", verdict.rule},
                      {"explanation", verdict.explanation},
                      {"thresholds", to_document(verdict.thresholds)},
                      {"deadline_s", seconds(verdict.deadline_ms)},
                      {"on_deadline", to_string(verdict.on_deadline)},
                      {"reminders_s", reminders(verdict)},
                      {"effect_wait_s", verdict.terms.effect_wait_ms / 1000},
                      {"grant_s", seconds(verdict.terms.grant_life_ms)},
                      {"extend_s", seconds(verdict.terms.extend_ms.value_or(0))}};
}

json::Value to_document(const PolicyInput& input) {
  json::Object document{{"tool", input.tool}, {"arguments", input.arguments}};
  if (!input.agent.empty()) document.set("agent", input.agent);
  if (!input.on_behalf_of.empty()) document.set("on_behalf_of", input.on_behalf_of);
  if (!input.tags.empty()) document.set("tags", texts(input.tags));
  document.set("at", to_rfc3339(input.now));
  if (input.calls > 0) document.set("calls", input.calls);
  json::Object sums;
  for (const auto& [path, sum] : input.sums) sums.set(path, sum.text());
  if (!input.sums.empty()) document.set("sums", std::move(sums));
  return document;
}

json::Value to_document(const PolicyCase& wanted, const CaseResult& result) {
  return json::Object{{"name", wanted.name},
                      {"line", std::int64_t{wanted.line}},
                      {"ok", result.problems.empty()},
                      {"problems", texts(result.problems)},
                      {"verdict", to_document(result.verdict)}};
}

json::Value to_document(const PolicyDiff& diff) {
  json::Array calls;
  for (const CallChange& one : diff.calls)
    calls.push_back(json::Object{{"call", to_document(one.input)},
                                 {"from", one.origin},
                                 {"direction", to_string(one.direction)},
                                 {"before", to_document(one.before)},
                                 {"after", to_document(one.after)}});
  return json::Object{{"added", texts(diff.added)},
                      {"removed", texts(diff.removed)},
                      {"changed", texts(diff.changed)},
                      {"tried", static_cast<std::int64_t>(diff.tried)},
                      {"calls", std::move(calls)}};
}

}  // namespace fermata::codec
