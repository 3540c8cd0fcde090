#pragma once

// What lies at the path of an SQLite store, judged before anything is made there: a wrong path
// leaves no lock, no key and no database behind.

#include <string>

#include "base/result.hpp"

namespace fermata::store::sqlite {

enum class Found { kNothing, kDatabase };

// kInvalid store.bad_url (a folder, or in a folder that does not exist); kInternal store.corrupt
// (not an SQLite file); kConflict store.read_only (cannot be opened, or cannot be read).
Result<Found> look(const std::string& path);

// kNotFound store.missing: there is no database at `path` yet.
tl::unexpected<Error> missing(const std::string& path);

// For whoever will write there: kConflict store.read_only when this user may not change the file or
// its folder, where SQLite keeps its log.
Result<void> may_write(const std::string& path);

}  // namespace fermata::store::sqlite
