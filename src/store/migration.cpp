#include "store/migration.hpp"

namespace fermata::store {

Result<std::vector<Migration>> pending(const std::vector<Migration>& known,
                                       const std::vector<AppliedMigration>& applied,
                                       const Options& options) {
  if (applied.size() > known.size()) {
    return fail(ErrorCode::kConflict,
                "store.schema_too_new",
                "The database was made by a newer version of Fermata. Run that version.",
                "migration " + std::to_string(applied.back().number) + " is unknown here");
  }
  for (std::size_t i = 0; i < applied.size(); ++i) {
    if (applied[i].number == known[i].number && applied[i].checksum == known[i].checksum) continue;
    return fail(ErrorCode::kConflict,
                "store.schema_changed",
                "The database's schema is not one that Fermata made. Restore it from a backup.",
                "migration " + std::to_string(applied[i].number) + " ran with another text");
  }
  std::vector<Migration> missing(known.begin() + static_cast<std::ptrdiff_t>(applied.size()),
                                 known.end());
  if (!missing.empty() && !options.migrate) {
    return fail(ErrorCode::kConflict,
                "store.schema_too_old",
                "The database's schema is older than this program. Run `fermata migrate`.",
                std::to_string(missing.size()) + " migrations are missing");
  }
  return missing;
}

}  // namespace fermata::store
