#pragma once

// What a rule may look at beside single arguments, in types. Whether they hold: circumstances.hpp.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/decimal.hpp"
#include "base/json.hpp"

namespace fermata {

// The whole arguments, by the portable subset of JSON Schema (core/form).
struct ArgumentsFit {
  json::Value schema;
  friend bool operator==(const ArgumentsFit&, const ArgumentsFit&) = default;
};

struct AgentIs {
  std::vector<std::string> patterns;  // Any of these names or globs.
  friend bool operator==(const AgentIs&, const AgentIs&) = default;
};

struct TagsAre {
  std::vector<std::string> all;
  std::vector<std::string> any;  // Empty: does not matter.
  friend bool operator==(const TagsAre&, const TagsAre&) = default;
};

// From `from` to `to`, which is no longer part of it, at a fixed offset from UTC. Past midnight
// when `to` is not above `from`; then the days are those on which it begins.
struct TimeOfDay {
  static constexpr int kMinutesPerDay = 24 * 60;
  std::uint32_t days = 0x7F;  // Bit 0 is Monday.
  int from = 0;               // Minutes since midnight.
  int to = kMinutesPerDay;
  int offset = 0;  // Minutes east of UTC.
  friend bool operator==(const TimeOfDay&, const TimeOfDay&) = default;
};

// This would be the `from`th to the `to`th call of its tool in the workflow.
struct CallNumber {
  std::int64_t from = 1;
  std::optional<std::int64_t> to;
  friend bool operator==(const CallNumber&, const CallNumber&) = default;
};

enum class Bound { kAbove, kAtLeast, kBelow, kAtMost };

// Of one argument over all calls of the tool in the workflow, this one included.
struct SumIs {
  std::string of;
  Bound bound = Bound::kAbove;
  Decimal limit;
  friend bool operator==(const SumIs&, const SumIs&) = default;
};

// What one unit of a currency is worth in `base`.
struct Rates {
  std::string base;
  std::map<std::string, Decimal> in_base;
  friend bool operator==(const Rates&, const Rates&) = default;
};

struct MoneyIs {
  std::string amount;  // Paths into the arguments.
  std::string currency;
  Bound bound = Bound::kAbove;
  Decimal limit;
  std::string limit_currency;
  friend bool operator==(const MoneyIs&, const MoneyIs&) = default;
};

using Circumstance =
    std::variant<ArgumentsFit, AgentIs, TagsAre, TimeOfDay, CallNumber, SumIs, MoneyIs>;

}  // namespace fermata
