#pragma once

// The answer to a command, made from the state after it. The same function answers a command that
// changed nothing because it was done already.

#include <string>

#include "base/json.hpp"
#include "core/decide.hpp"
#include "engine/engine.hpp"
#include "engine/grants.hpp"

namespace fermata::engine {

Reply reply_to(const command::Command& command,
               const std::string& tenant,
               const Workflow& after,
               const Events& events,
               const Grants& grants);
Reply reply_to(const command::Command& command, const Directory& after, TimeMs now);
Reply reply_to(const command::Command& command, const Outbox& after);

// As they stand in a request's record, so that a repeat is answered with the same bytes.
std::string write_reply(const Reply& reply);
Reply read_reply(const json::Value& record);

}  // namespace fermata::engine
