#pragma once

// SQLite's codes become the port's errors here and nowhere else.

#include "base/result.hpp"

namespace fermata::store::sqlite {

// What SQLite's extended result code means to the port's users. `statement` names the SQL.
//   kUnavailable  store.unavailable  busy, full, unreadable, out of memory: may work later
//   kInternal     store.corrupt      the file is damaged, or no database
//   kInternal     store.internal     our own mistake
// kConflict store.read_only.
Error read_only(const std::string& detail);

Error translate(int code, const char* message, const char* statement);

}  // namespace fermata::store::sqlite
