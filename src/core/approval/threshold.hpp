#pragma once

// A condition on who agrees: `approve` of those whom `from` means must agree; `reject` of them (at
// least one) end the request with no.
//
// A request has a list of them. Those of stage 1 count from the beginning; those of a later stage
// once all before it are met. In a stage all must be met, but of those with the same `choice` one
// is enough. A veto is never met or unmet: its members can only refuse, at any time.

#include <cstdint>
#include <string>
#include <vector>

namespace fermata {

// What somebody's decision counts; of several that match, the largest. Else 1.
struct Weight {
  std::string from;  // A group expression.
  std::int64_t weight = 1;
  friend bool operator==(const Weight&, const Weight&) = default;
};

// If it is not met `after_ms` after the asking, others are asked too, or instead.
struct Escalation {
  std::int64_t after_ms = 0;
  std::string to;  // A group expression.
  bool replace = false;
  friend bool operator==(const Escalation&, const Escalation&) = default;
};

struct Threshold {
  std::string from;  // A group expression (group_expression.hpp).
  std::int64_t approve = 1;
  std::int64_t reject = 1;
  std::string name = {};  // Unique in its request; empty: as `from`.
  std::int64_t stage = 1;
  std::string choice = {};
  bool veto = false;
  std::vector<Weight> weights = {};
  std::string delegate_to = {};              // To whom its members may delegate; empty: to nobody.
  std::vector<Escalation> escalations = {};  // Still to come, ascending.

  const std::string& label() const { return name.empty() ? from : name; }
  friend bool operator==(const Threshold&, const Threshold&) = default;
};

// Adds `extra` to `base`: of two that differ in nothing else the larger approve and the smaller
// reject. Never loosens. Gives those a name of their own that would share one.
std::vector<Threshold> combine(std::vector<Threshold> base, const std::vector<Threshold>& extra);

// `threshold` once `elapsed_ms` have passed since the asking: the escalations that are due are
// gone, and changed it unless it is `met`. It keeps its name, so that whoever agreed and is still
// meant still counts.
Threshold escalated(Threshold threshold, std::int64_t elapsed_ms, bool met);

}  // namespace fermata
