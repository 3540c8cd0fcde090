#pragma once

// What a command's events mean for the tables beside the stream: read-model rows and tasks. Rows
// are pure functions of the state after the events, so rebuilding them gives the same bytes (P10).

#include <string>
#include <vector>

#include "core/decide.hpp"
#include "store/store.hpp"

namespace fermata::engine {

store::Row row_of(const Workflow& workflow);
store::Row row_of(const Approval& approval, const Workflow& workflow);
store::TaskRow row_of(const std::string& tenant, const std::string& stream, const task::Task& task);

// Adds to `commit` the rows that `events` changed and the tasks they cause or drop.
void project(const std::string& tenant,
             const Workflow& after,
             const Events& events,
             store::Commit& commit);

}  // namespace fermata::engine
