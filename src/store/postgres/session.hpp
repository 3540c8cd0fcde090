#pragma once

// What a session with the server must be like: where it goes, its time limits, and that the server
// keeps what it acknowledges.

#include <string>
#include <utility>
#include <vector>

#include "store/postgres/connection.hpp"

namespace fermata::store::postgres {

// Keywords of libpq over those of the URL: only a primary, and a dead peer is noticed.
std::vector<std::pair<std::string, std::string>> connection_keywords(const std::string& url,
                                                                     int timeout_ms);

// Settings of a new session; its last statement asks for what check_session() looks at.
std::string session_script(Role role, int timeout_ms);

// kConflict store.not_durable; kInvalid store.bad_url when the database is not in UTF-8.
Result<void> check_session(const Rows& rows);

}  // namespace fermata::store::postgres
