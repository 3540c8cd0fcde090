#pragma once

// The policy: which call needs whom.
//
// Rules look at the tool and its arguments. Deny before ask before allow; all matching ask rules
// apply together (per group the larger approve, the smaller reject), the first one gives its name.
// A tool no rule names gets the default. Fail closed: an argument that is missing or of another
// type makes an allow rule not match, and an ask or deny rule match.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.hpp"
#include "core/approval/approval.hpp"

namespace fermata {

enum class Effect { kAllow, kAsk, kDeny };
enum class Operator { kEq, kNe, kLt, kLte, kGt, kGte, kIn, kNotIn, kExists, kGlob };

struct Condition {
  std::string argument;  // Dotted path into the arguments.
  Operator op = Operator::kEq;
  json::Value operand;
};

struct Rule {
  std::string name;
  std::string tool;  // Exact, or a glob with '*'.
  std::vector<Condition> when;
  Effect effect = Effect::kAsk;
  std::vector<Threshold> thresholds;        // Of an ask rule; never empty there.
  std::optional<std::int64_t> deadline_ms;  // From the asking on.
  OnDeadline on_deadline = OnDeadline::kExpire;
};

struct Policy {
  std::vector<Rule> rules;
  Rule fallback;     // For tools that no rule names.
  std::string hash;  // SHA-256 of the source it was read from.
};

struct PolicyVerdict {
  Effect effect = Effect::kDeny;
  std::string rule;
  std::string explanation;  // One sentence for a person.
  std::vector<Threshold> thresholds;
  std::optional<std::int64_t> deadline_ms;  // The shortest of the matching ask rules.
  OnDeadline on_deadline = OnDeadline::kExpire;
};

// Total: every call gets a verdict.
PolicyVerdict evaluate(const Policy& policy,
                       const std::string& tool,
                       const json::Object& arguments);

// The tool that asks people about an action and does nothing else. Its arguments are {action,
// arguments, why, otherwise}.
inline constexpr std::string_view kRequestApproval = "request_approval";

// The verdict on an agent's call. It is that of evaluate(), but for kRequestApproval: that one asks
// whom the named action's rules ask, or else whom the default asks; what is denied is not asked.
PolicyVerdict judge_call(const Policy& policy,
                         const std::string& tool,
                         const json::Object& arguments);

// Who is asked about a call that `evaluate` would not ask about, such as one that a crash left in
// doubt: whom the default asks, else all ask rules for this tool. Empty: nobody (P2).
std::vector<Threshold> askable(const Policy& policy,
                               const std::string& tool,
                               const json::Object& arguments);

// Adds `extra` to `base`: per group the larger approve and the smaller reject. Never loosens.
std::vector<Threshold> combine(std::vector<Threshold> base, const std::vector<Threshold>& extra);

bool glob_matches(const std::string& pattern, const std::string& text);  // '*' only; linear time.

std::string to_string(Effect effect);

}  // namespace fermata
