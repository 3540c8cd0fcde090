#include "store/sqlite/translate.hpp"

#include <sqlite3.h>

#include <string>

#include "store/rows.hpp"

namespace fermata::store::sqlite {

Error read_only(const std::string& detail) {
  return Error{ErrorCode::kConflict,
               "store.read_only",
               "The database cannot be written.",
               "sqlite: " + detail,
               {}};
}

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
    case SQLITE_PROTOCOL:
      return unavailable(detail);
    case SQLITE_PERM:
    case SQLITE_READONLY:
      return read_only(detail.substr(detail.find(' ') + 1));
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
