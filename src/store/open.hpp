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
};

// kInvalid store.bad_url; kUnavailable store.unavailable; kConflict store.in_use (another process
// has the SQLite file), store.schema_too_new / _too_old / _changed (a migration that ran is not the
// one that this program knows), store.not_durable (the database would acknowledge what a crash can
// lose).
Result<std::unique_ptr<Store>> open(const std::string& url, const Options& options);

// The memory adapter takes its time from `clock`, for tests.
std::unique_ptr<Store> make_memory_store(const Clock& clock);
Result<std::unique_ptr<Store>> open_sqlite(const std::string& path, const Options& options);
Result<std::unique_ptr<Store>> open_postgres(const std::string& url, const Options& options);

}  // namespace fermata::store
