#pragma once

// What people say to each other about a request is not for its agent: a comment that is not
// `for_agent` never reaches an agent's key, by whatever route.

#include "base/json.hpp"
#include "core/actor.hpp"

namespace fermata::api {

// Takes what only people read out of a document of the API: a request, one within an open call's
// verdict, an event, or a page of any of them. Of such a comment's event the text is emptied, for
// the versions of a history have no gap. Does nothing for other kinds of key.
void withhold(json::Value& document, ActorKind reader);

}  // namespace fermata::api
