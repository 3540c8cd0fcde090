#pragma once

// What every adapter asks of a commit before it touches its database, so that the databases' own
// views on text (PostgreSQL refuses NUL, SQLite takes anything) never show.

#include "store/store.hpp"

namespace fermata::store {

// Names (tenants, streams, ids, what lists filter by) are keys of indexes, which cannot be longer.
inline constexpr std::size_t kMaxName = 512;

// kInvalid store.bad_commit: versions that do not follow expected_version one by one, an empty
// tenant, stream or id, a name that is too long, text that is not UTF-8 without NUL, a label with
// '|'.
Result<void> check(const Commit& commit);

// UTF-8 (no surrogates, nothing over-long) without NUL.
bool is_text(std::string_view bytes);

}  // namespace fermata::store
