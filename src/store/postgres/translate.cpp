#include "store/postgres/translate.hpp"

#include "store/rows.hpp"

namespace fermata::store::postgres {

Failure failure_of(std::string_view sqlstate) {
  const std::string_view kind = sqlstate.substr(0, 2);
  if (sqlstate == "55P03" || sqlstate == "57014") return Failure::kTimeout;
  if (sqlstate == "25006") return Failure::kLost;  // Read-only: it is a standby now.
  if (kind == "22" || kind == "23" || kind == "40" || kind == "54") return Failure::kRefused;
  if (kind == "08" || kind == "53" || kind == "57" || kind == "58") return Failure::kLost;
  return Failure::kBug;
}

Error translate(std::string_view sqlstate, const std::string& message, const char* statement) {
  const std::string detail =
      "postgres: " + std::string(statement) + ": " + message + " (" + std::string(sqlstate) + ")";
  const std::string_view kind = sqlstate.substr(0, 2);
  const bool is_final =
      failure_of(sqlstate) == Failure::kBug || kind == "22" || kind == "23" || kind == "54";
  if (!is_final) return unavailable(detail);
  return Error{ErrorCode::kInternal, "store.internal", "Something went wrong.", detail, {}};
}

}  // namespace fermata::store::postgres
