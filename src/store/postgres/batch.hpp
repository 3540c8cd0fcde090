#pragma once

// Commits as the parameters of one statement (commit_batch() in the schema).

#include <string_view>
#include <vector>

#include "store/postgres/connection.hpp"
#include "store/store.hpp"

namespace fermata::store::postgres {

extern const Sql kCommitBatch;

using Wave = std::vector<const Commit*>;

// Commits that touch the same stream, task, row or request go into successive waves, in their
// order; within a wave no two touch the same. Nearly always there is one wave.
std::vector<Wave> waves(const std::vector<const Commit*>& commits);

Parameters batch_parameters(const Wave& wave);

}  // namespace fermata::store::postgres
