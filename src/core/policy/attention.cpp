#include "core/policy/attention.hpp"

namespace fermata {

std::string too_much(const AttentionLimits& limits,
                     const Attention& attention,
                     const std::string& agent) {
  const auto reached = [](std::int64_t count, const std::optional<std::int64_t>& limit) {
    return limit && count >= *limit;
  };
  const auto counted = [](std::int64_t n, const std::string& what) {
    return std::to_string(n) + " " + what + (n == 1 ? "" : "s");
  };
  if (reached(attention.open_of_agent, limits.open_per_agent))
    return "agent '" + agent + "' has " + counted(attention.open_of_agent, "request") +
           " waiting for people, which is its limit";
  if (reached(attention.asked_in_hour, limits.asked_per_hour))
    return "agent '" + agent + "' has asked people " + counted(attention.asked_in_hour, "time") +
           " within an hour, which is its limit";
  if (attention.approvers_busy)
    return "everybody who may answer has " +
           counted(limits.open_per_approver.value_or(0), "request") +
           " waiting, which is the limit";
  return {};
}

}  // namespace fermata
