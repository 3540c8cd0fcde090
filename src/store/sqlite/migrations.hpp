#pragma once

// The steps of the schema of SQLite, and running those that a database lacks.

#include <vector>

#include "store/migration.hpp"
#include "store/sqlite/connection.hpp"

namespace fermata::store::sqlite {

// Embedded by cmake/migrations.cmake from schema/migrations/sqlite.
const std::vector<Migration>& migrations();

// Brings the schema to this program's version, all missing steps in one transaction. Refusals: see
// store/migration.hpp.
Result<void> migrate(Connection& connection, const Options& options);

}  // namespace fermata::store::sqlite
