#pragma once

// What the process tells its caller. The numbers are documented in `fermata --help` and never
// change their meaning.

#include "base/result.hpp"

namespace fermata::app {

enum ExitCode : int {
  kOk = 0,
  kRefused = 1,      // The server, a check or the database said no, or something failed.
  kUsage = 2,        // Wrong arguments, or a configuration that cannot be read.
  kUnreachable = 3,  // No answer, or 503: nothing is known to have happened.
  kNotFound = 4,
  kNotAllowed = 5,  // No key, nobody's key, or somebody's who may not.
};

inline int exit_code(ErrorCode code) {
  switch (code) {
    case ErrorCode::kUnavailable:
    case ErrorCode::kRateLimited:
      return kUnreachable;
    case ErrorCode::kNotFound:
      return kNotFound;
    case ErrorCode::kUnauthenticated:
    case ErrorCode::kForbidden:
      return kNotAllowed;
    case ErrorCode::kInvalid:
    case ErrorCode::kConflict:
    case ErrorCode::kPrecondition:
    case ErrorCode::kVersionConflict:
    case ErrorCode::kInternal:
      return kRefused;
  }
  return kRefused;
}

}  // namespace fermata::app
