#pragma once

// Browsers that are signed in. A session is a key of its own kind: it begins with a person's key or
// with a link that an admin made for them, acts as that person, and ends by itself, by signing out,
// or with the key that it began with.

#include "core/decide.hpp"

namespace fermata {

// The oldest of somebody's sessions ends when there would be more.
inline constexpr std::size_t kMaxSessions = 20;

// kUnauthenticated auth.invalid_key, kForbidden auth.kind_not_allowed, kInvalid session.no_end.
Result<Events> decide_session(const Directory& directory,
                              const command::BeginSession& wish,
                              const Context& context);
// kNotFound session.not_found: there is none of the actor's by that id.
Result<Events> decide_session(const Directory& directory,
                              const command::EndSession& wish,
                              const Context& context);

// Of a key that an admin makes: links are a person's and end; sessions are made by signing in
// alone.
Result<void> check_use(const ApiKey& key);

// Those that ended more than a day before `now`; what they were stays in the stream.
void forget_ended_sessions(Directory& directory, TimeMs now);

}  // namespace fermata
