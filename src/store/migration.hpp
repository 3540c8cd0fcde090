#pragma once

// Numbered steps that bring a database's schema to this program's version. The database remembers
// which ones ran, with their checksums; the adapters run what is missing in one transaction.

#include <string>
#include <vector>

#include "store/open.hpp"

namespace fermata::store {

struct Migration {
  int number = 0;  // 1..n without a gap.
  const char* name = "";
  const char* checksum = "";  // SHA-256 of the file, hexadecimal.
  const char* sql = "";
};

struct AppliedMigration {
  int number = 0;
  std::string checksum;
};

// The migrations to run now, in order; both lists are in order of their numbers.
//   kConflict store.schema_too_new  a migration ran that this program does not know
//   kConflict store.schema_changed  one ran that had another text
//   kConflict store.schema_too_old  some are missing, and options.migrate is false
Result<std::vector<Migration>> pending(const std::vector<Migration>& known,
                                       const std::vector<AppliedMigration>& applied,
                                       const Options& options);

}  // namespace fermata::store
