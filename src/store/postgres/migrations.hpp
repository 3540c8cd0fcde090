#pragma once

// The steps of the schema of PostgreSQL, and running those that a database lacks.

#include <vector>

#include "store/migration.hpp"
#include "store/postgres/connection.hpp"

namespace fermata::store::postgres {

// Embedded by cmake/migrations.cmake from schema/migrations/postgres.
const std::vector<Migration>& migrations();

// Brings the schema to this program's version, all missing steps in one transaction; servers that
// start together do it one after the other. The tables go where search_path points first. A role
// that may not create is enough when nothing is missing. Refusals: see store/migration.hpp.
Result<void> migrate(Connection& connection, const Options& options);

}  // namespace fermata::store::postgres
