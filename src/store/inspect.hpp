#pragma once

// What `fermata doctor` and `fermata verify` need of a database. Both may run beside a server and
// change nothing.

#include <memory>
#include <string>
#include <vector>

#include "store/open.hpp"

namespace fermata::store {

// One thing an operator should know, and what to do about it.
struct Fact {
  enum class Level { kOk, kWarn, kFail };
  Level level = Level::kOk;
  std::string what;
  std::string advice;  // Empty when there is nothing to do.
};

// Why the database keeps what it acknowledges (P7) and cannot be talked into changing events (P6),
// or why not. Refuses as open() does when it cannot even be asked; a database without a schema is a
// fact, not an error.
Result<std::vector<Fact>> inspect_sqlite(const std::string& path, const Options& options);
Result<std::vector<Fact>> inspect_postgres(const std::string& url, const Options& options);

// The database as it is at this moment: all reads see the same state, however long they take. What
// writes is refused (kInternal store.read_only). An SQLite file need not be free for it.
Result<std::unique_ptr<Store>> open_sqlite_snapshot(const std::string& path,
                                                    const Options& options);
Result<std::unique_ptr<Store>> open_postgres_snapshot(const std::string& url,
                                                      const Options& options);

}  // namespace fermata::store
