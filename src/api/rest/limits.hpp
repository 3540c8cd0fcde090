#pragma once

// The limits that several requests share. schema/openapi.yaml states the same numbers.

#include <cstdint>

#include "api/rest/fields.hpp"
#include "core/workflow/workflow.hpp"

namespace fermata::api {

inline constexpr std::size_t kMaxIdLength = 64;
inline constexpr std::size_t kMaxNameLength = 200;  // Names and titles for people.
inline constexpr std::size_t kMaxToolLength = 200;
inline constexpr std::size_t kMaxCallKey = 512;
inline constexpr std::size_t kMaxTarget = 512;
inline constexpr std::size_t kMaxProse = 4000;  // Reasons and explanations.
inline constexpr std::size_t kMaxErrorMessage = 20'000;
inline constexpr std::size_t kMaxTags = 32;
inline constexpr std::size_t kMaxTagLength = 64;
inline constexpr std::size_t kMaxMembers = 1000;
inline constexpr std::size_t kMaxThresholds = 16;
inline constexpr std::int64_t kMaxThreshold = 1000;
inline constexpr std::int64_t kMaxStage = 100;
inline constexpr std::size_t kMaxExpression = 500;
inline constexpr std::size_t kMaxOutcomes = 16;
inline constexpr std::size_t kMaxIdentities = 16;
inline constexpr std::size_t kMaxAttributes = 32;
inline constexpr std::size_t kMaxResourceId = 256;
inline constexpr std::size_t kMaxPolicySource = 200'000;
inline constexpr std::int64_t kMaxDeadlineS = 366LL * 24 * 3600;
inline constexpr std::int64_t kMaxLinkSeconds = 7LL * 24 * 3600;
inline constexpr std::int64_t kMaxTurn = 999'999'999;
inline constexpr std::int64_t kMaxVersion = 999'999'999'999;

inline constexpr IntegerRule kTurnRule{.required = true, .min = 1, .max = kMaxTurn};

inline void read_error(Fields& fields, CallError& error) {
  fields.text("type", error.type, {.required = true, .min = 1, .max = kMaxNameLength});
  fields.text("message", error.message, {.required = true, .max = kMaxErrorMessage});
}

inline std::optional<DecisionKind> outcome_meaning_from(const std::string& name) {
  const auto kind = decision_kind_from(name);
  return kind == DecisionKind::kEdit ? std::nullopt : kind;
}

// Those that a request names itself.
inline void read_outcomes(Fields& fields, std::vector<CustomOutcome>& outcomes) {
  fields.list("outcomes", {.max = kMaxOutcomes}, [&](Fields& each) {
    CustomOutcome& outcome = outcomes.emplace_back();
    each.text(
        "name", outcome.name, {.required = true, .min = 1, .max = kMaxNameLength, .shape = kLine});
    each.choice(
        "means", outcome.means, outcome_meaning_from, "approve, reject, answer, ignore", true);
    each.text("text", outcome.text, {.max = kMaxProse});
  });
}

}  // namespace fermata::api
