#pragma once

// How much agents may ask of people at once: who is asked all the time reads nothing any more.
//
// The limits stand in the policy and hold for agents alone. What is compared with them is counted
// before the decision (engine/attention.hpp), so requests that are made in the same moment may go
// past a limit together. An agent that may not ask is refused and told so; nothing else changes.

#include <cstdint>
#include <optional>
#include <string>

namespace fermata {

struct AttentionLimits {
  std::optional<std::int64_t> open_per_agent;     // Requests of an agent that wait for people.
  std::optional<std::int64_t> asked_per_hour;     // Requests of an agent within an hour.
  std::optional<std::int64_t> open_per_approver;  // Requests before a person; while everybody who
                                                  // may answer has so many, nobody is asked.
  bool any() const { return open_per_agent || asked_per_hour || open_per_approver; }
  friend bool operator==(const AttentionLimits&, const AttentionLimits&) = default;
};

struct Attention {
  std::int64_t open_of_agent = 0;
  std::int64_t asked_in_hour = 0;
  bool approvers_busy = false;  // Everybody who may answer is at open_per_approver.
};

// A sentence without its end; empty: the agent may ask.
std::string too_much(const AttentionLimits& limits,
                     const Attention& attention,
                     const std::string& agent);

}  // namespace fermata
