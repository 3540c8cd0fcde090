#pragma once

// Result<T>: a value, or an Error that was to be expected.
//
// Expected failures travel in the return value, bugs abort (base/assert.hpp), exceptions stay
// inside the adapter of the library that throws them. An Error names its kind for the one table
// that maps it to HTTP and MCP (api/problem.hpp), a stable reason for machines
// (docs/errors/<reason>.md), a message that may be shown to the caller, and a detail for the log
// alone.

#include <string>
#include <tl/expected.hpp>
#include <utility>

namespace fermata {

enum class ErrorCode {
  kInvalid,          // The request cannot be understood: malformed, wrong type, out of range.
  kUnauthenticated,  // Nobody's key.
  kForbidden,        // Somebody's key, who may not.
  kNotFound,         // Absent, or another tenant's.
  kConflict,         // The state says no, and will say no again.
  kPrecondition,     // If-Match did not hold.
  kVersionConflict,  // Somebody else wrote first; load and decide again.
  kRateLimited,
  kUnavailable,  // No answer; for a write the outcome is unknown until its request id is asked for.
  kInternal,
};

struct Error {
  ErrorCode code{};
  std::string reason;   // Stable: "approval.already_decided".
  std::string message;  // For the caller: what happened and what to do.
  std::string detail;   // For operators. Logged, never sent.
  std::string extra;    // JSON object text of extension members for the caller, or empty.
};

inline tl::unexpected<Error> fail(ErrorCode code,
                                  std::string reason,
                                  std::string message,
                                  std::string detail = {}) {
  return tl::unexpected<Error>(
      Error{code, std::move(reason), std::move(message), std::move(detail), {}});
}

template <class T>
class [[nodiscard]] Result : public tl::expected<T, Error> {
 public:
  using tl::expected<T, Error>::expected;
};

template <>
class [[nodiscard]] Result<void> : public tl::expected<void, Error> {
 public:
  using tl::expected<void, Error>::expected;
};

}  // namespace fermata

#define FERMATA_CONCAT_INNER(a, b) a##b
#define FERMATA_CONCAT(a, b) FERMATA_CONCAT_INNER(a, b)

// FERMATA_TRY(auto value, expression): binds the value, or returns the error to the caller.
// NOLINTBEGIN(bugprone-macro-parentheses): a declaration cannot stand in parentheses.
#define FERMATA_TRY(declaration, expression)                                     \
  auto FERMATA_CONCAT(result_, __LINE__) = (expression);                         \
  if (!FERMATA_CONCAT(result_, __LINE__))                                        \
    return tl::unexpected(std::move(FERMATA_CONCAT(result_, __LINE__)).error()); \
  declaration = *std::move(FERMATA_CONCAT(result_, __LINE__))
// NOLINTEND(bugprone-macro-parentheses)

// FERMATA_CHECK_OK(expression): for a Result<void>, or one whose value is not wanted.
#define FERMATA_CHECK_OK(expression)                          \
  do {                                                        \
    if (auto check_result = (expression); !check_result)      \
      return tl::unexpected(std::move(check_result).error()); \
  } while (false)
