#include "store/sqlite/translate.hpp"

#include <sqlite3.h>

#include <string>

#include "store/rows.hpp"

namespace fermata::store::sqlite {

Error translate(int code, const char* message, const char* statement) {
  const std::string detail =
      "sqlite: " + std::string(statement) + ": " + message + " (" + std::to_string(code) + ")";
  switch (code & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_CANTOPEN:
    case SQLITE_FULL:
    case SQLITE_INTERRUPT:
    case SQLITE_IOERR:
    case SQLITE_LOCKED:
    case SQLITE_NOMEM:
    case SQLITE_PERM:
    case SQLITE_PROTOCOL:
    case SQLITE_READONLY:
      return unavailable(detail);
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return Error{ErrorCode::kInternal,
                   "store.corrupt",
                   "The database file is damaged or is no database.",
                   detail,
                   {}};
    default:
      return Error{ErrorCode::kInternal, "store.internal", "Something went wrong.", detail, {}};
  }
}

}  // namespace fermata::store::sqlite
