#pragma once

// Opens a store by its URL: "memory:", "sqlite:<path>", "postgresql://...".

#include <memory>
#include <string>

#include "store/store.hpp"

namespace fermata::store {

struct Options {
  bool migrate = true;  // Bring the schema to this version first; otherwise refuse an older one.
  int readers = 2;      // Connections for reads.
  int timeout_ms = 5000;
  // SQLite: what of the file the writing connection keeps in memory; each of the readers a quarter.
  std::int64_t cache_bytes = 64 << 20;
  // PostgreSQL: refuse while another server that says the same has the database, and write only as
  // long as it is ours. (An SQLite file is always one server's.)
  bool sole = false;
};

// kInvalid store.bad_url; kUnavailable store.unavailable; kConflict store.in_use (another process
// has the SQLite file, or another server the PostgreSQL database), store.read_only,
// store.schema_too_new / _too_old / _changed (a migration that ran is not the one that this program
// knows), store.not_durable (the database would acknowledge what a crash can lose). kNotFound
// store.missing: no SQLite file, and none may be made.
Result<std::unique_ptr<Store>> open(const std::string& url, const Options& options);

// Whether open() has a chance, by a look that makes and changes nothing: refuses an URL of no known
// kind, a path that is a folder or no SQLite file, or that is not there while it may not be made.
Result<void> look(const std::string& url, const Options& options);
Result<void> look_sqlite(const std::string& path, const Options& options);

// The memory adapter takes its time from `clock`, for tests.
std::unique_ptr<Store> make_memory_store(const Clock& clock);
Result<std::unique_ptr<Store>> open_sqlite(const std::string& path, const Options& options);
Result<std::unique_ptr<Store>> open_postgres(const std::string& url, const Options& options);

}  // namespace fermata::store
