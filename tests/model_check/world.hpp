#pragma once

// What the model checker explores: one workflow, its surroundings, and what the oracle remembers of
// the way here. Small enough to be copied at every step.

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/decide.hpp"

namespace fermata::model_check {

inline constexpr TimeMs kStart = 1'700'000'000'000;
inline constexpr TimeMs kTickMs = 4'000;
inline constexpr TimeMs kDeadlineMs = 6'000;
inline constexpr TimeMs kGrantMs = 10'000;
inline constexpr TimeMs kWaitMs = 3'000;  // Before the effect, under policy 1.

// finance = ana, ben, cleo, to which dan does not belong; cleo may delegate to him. The agent works
// for ana, who therefore never decides. The policies:
// 0 asks one above 100 and two above 1000; 1 is looser, 2 stricter; 3 is none at all.
inline constexpr int kPolicies = 4;

// Of an approval request, as the oracle saw it and not as the program remembers it.
struct Question {
  int asked_under = 0;  // Which policy.
  int needed = 1;       // How many must agree.
  bool doubt = false;
  TimeMs deadline = 0;  // 0: none.
  bool waits = false;   // Before its effect.
  TimeMs effect = 0;    // When it ends, if enough have agreed; 0: they have not.
  bool lent = false;    // cleo's place is dan's.
  // Who decided what since the last edit; true: agreed.
  std::vector<std::pair<std::string, bool>> said;
};

struct World {
  Workflow workflow;
  int policy = 0;
  bool ben_left = false;  // The group.
  TimeMs now = kStart;
  std::vector<Freeze> freezes;
  bool is_frozen() const { return !freezes.empty() && !freezes.back().until; }

  std::vector<Question> questions;         // By the approvals' order.
  std::array<std::uint8_t, 16> starts{};   // By the calls' order.
  std::array<std::uint8_t, 16> permits{};  // Grants and allowances.
  std::vector<std::string> claimed;        // Grants that calls were started on.
  std::array<TimeMs, 16> grant_ends{};     // By the calls' order; frozen time does not count.
};

const Directory& directory_of(const World& world);
const Policy* policy_of(const World& world);  // nullptr: none.
// By the table above, not by the program's reading of a policy: how many of finance must agree to
// that refund; 0: none, -1: it is denied.
int required(int policy, std::int64_t amount);
// Two worlds of the same digest go on alike. Versions and ids of events do not count.
std::uint64_t digest(const World& world);

}  // namespace fermata::model_check
