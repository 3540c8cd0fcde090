#pragma once

// PostgreSQL's codes become the port's errors here and nowhere else.

#include <string>
#include <string_view>

#include "base/result.hpp"

namespace fermata::store::postgres {

// What a SQLSTATE says of the statement that failed with it.
enum class Failure {
  kRefused,  // It was rolled back, and may succeed alone or again: a duplicate, a deadlock.
  kTimeout,  // It was rolled back after a time limit of the server: somebody holds a lock.
  kLost,     // The server cannot go on: shutting down, out of resources, not the primary. Unknown.
  kBug,      // The statement or the schema is wrong.
};
Failure failure_of(std::string_view sqlstate);

//   kUnavailable store.unavailable  may succeed later
//   kInternal    store.internal     will not: our own mistake, or values that it cannot take
Error translate(std::string_view sqlstate, const std::string& message, const char* statement);

}  // namespace fermata::store::postgres
