#pragma once

// The policy: which call needs whom.
//
// Rules look at the tool, its arguments and the circumstances of the call (input.hpp). Deny before
// ask before allow; all matching ask rules apply together (per group the larger approve, the
// smaller reject), the first one gives its name. A tool no rule names gets the default. Fail
// closed: what is missing or of another type makes an allow rule not match, and an ask or deny rule
// match.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.hpp"
#include "core/approval/approval.hpp"
#include "core/approval/request_tool.hpp"
#include "core/policy/attention.hpp"
#include "core/policy/circumstance.hpp"
#include "core/policy/input.hpp"

namespace fermata {

enum class Effect { kAllow, kAsk, kDeny };
enum class Operator { kEq, kNe, kLt, kLte, kGt, kGte, kIn, kNotIn, kExists, kGlob };

// Where an operand comes from: the policy itself, or by its name another argument or the context
// (agent, on_behalf_of, tool).
enum class OperandFrom { kPolicy, kArgument, kContext };

struct Condition {
  std::string argument;  // Dotted path into the arguments.
  Operator op = Operator::kEq;
  json::Value operand;
  OperandFrom from = OperandFrom::kPolicy;
  friend bool operator==(const Condition&, const Condition&) = default;
};

// When what happens to a request that a rule asks. Of several rules each term the strictest.
struct Terms {
  std::vector<std::int64_t> remind_permille;  // Of the time until the deadline. Ascending.
  std::int64_t effect_wait_ms = 0;
  std::optional<std::int64_t> grant_life_ms;
  std::optional<std::int64_t> extend_ms;
  friend bool operator==(const Terms&, const Terms&) = default;
};
Schedule schedule_for(const Terms& terms, std::optional<TimeMs> deadline, TimeMs now);

struct Rule {
  std::string name;
  std::string tool;  // Exact, or a glob with '*'.
  std::vector<Condition> when;
  std::vector<Circumstance> circumstances;
  Effect effect = Effect::kAsk;
  std::vector<Threshold> thresholds;        // Of an ask rule; never empty there.
  std::optional<std::int64_t> deadline_ms;  // From the asking on.
  OnDeadline on_deadline = OnDeadline::kExpire;
  Terms terms;
  friend bool operator==(const Rule&, const Rule&) = default;
};

struct Policy {
  std::vector<Rule> rules;
  Rule fallback;  // For tools that no rule names.
  Rates rates;
  AttentionLimits attention;
  std::string hash;  // SHA-256 of the source it was read from.
};

struct PolicyVerdict {
  Effect effect = Effect::kDeny;
  std::string rule;
  std::string explanation;  // One sentence for a person.
  std::vector<Threshold> thresholds;
  std::optional<std::int64_t> deadline_ms;  // The shortest of the matching ask rules.
  OnDeadline on_deadline = OnDeadline::kExpire;
  Terms terms = {};
};

// Total: every call gets a verdict.
PolicyVerdict evaluate(const Policy& policy, const PolicyInput& input);

// The verdict on an agent's call. It is that of evaluate(), but for kRequestApproval: that one asks
// whom the named action's rules ask, or else whom the default asks; what is denied is not asked.
PolicyVerdict judge_call(const Policy& policy, const PolicyInput& input);

// Who is asked about a call that `evaluate` would not ask about, such as one that a crash left in
// doubt: whom the default asks, else all ask rules for this tool. Empty: nobody (P2).
std::vector<Threshold> askable(const Policy& policy, const PolicyInput& input);

bool glob_matches(const std::string& pattern, const std::string& text);  // '*' only; linear time.

std::string to_string(Effect effect);

}  // namespace fermata
