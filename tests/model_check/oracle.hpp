#pragma once

// What must hold of every step, said a second time and otherwise than in the program: by counting
// what was seen on the way, not by asking the code that is checked.

#include <atomic>
#include <cstdint>
#include <string>
#include <vector>

#include "tests/model_check/world.hpp"

namespace fermata::model_check {

// A search in which nothing can be approved proves nothing: how often each of these was seen.
enum class Seen {
  kApproved,
  kRejected,
  kExpired,
  kCancelled,
  kAnswered,
  kEdited,
  kDenied,
  kGranted,
  kStarted,
  kRetried,
  kDone,
  kDoubted,
  kAskedAnew,
  kRolledBack,
  kWithdrawn,
  kDelegated,
  kAgreed,
  kCount,
};
const char* name_of(Seen seen);
using Counts = std::array<std::uint64_t, static_cast<std::size_t>(Seen::kCount)>;

// One step of the program, and what it broke: "P1: ..."; empty when nothing.
std::vector<std::string> judge(const World& before,
                               const event::Recorded& recorded,
                               World& after,
                               Counts& counts);
// A command that was accepted, though it should not have been.
std::vector<std::string> judge_wish(const World& before, const command::Command& command);
// After all events of one command: what may not have changed at all.
std::vector<std::string> judge_whole(const World& before, const World& after, bool rolled_back);

}  // namespace fermata::model_check
