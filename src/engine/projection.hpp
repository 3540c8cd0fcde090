#pragma once

// What a command's events mean for the tables beside the stream: read-model rows and tasks. Rows
// are pure functions of the state after the events, so rebuilding them gives the same bytes (P10).

#include <string>
#include <vector>

#include "core/decide.hpp"
#include "engine/stream.hpp"
#include "store/store.hpp"

namespace fermata::engine {

store::Row row_of(const Workflow& workflow);
store::Row row_of(const Approval& approval, const Workflow& workflow);
store::Row row_of(const Message& message, const Outbox& outbox);
store::TaskRow row_of(const std::string& tenant, const std::string& stream, const task::Task& task);

// Adds to `commit` the rows that `events` changed and the tasks they cause or drop. The stream is
// in the state after them.
void project(const Stream& stream,
             const Events& events,
             const Announced& announced,
             TimeMs now,
             store::Commit& commit);

}  // namespace fermata::engine
