#include "store/open.hpp"

#include <string_view>

namespace fermata::store {
namespace {

constexpr std::string_view kSqlite = "sqlite:";

bool is_postgres(std::string_view url) {
  return url.starts_with("postgresql://") || url.starts_with("postgres://");
}

}  // namespace

Result<std::unique_ptr<Store>> open(const std::string& url, const Options& options) {
  if (url == "memory:") {
    static const SystemClock clock;
    return make_memory_store(clock);
  }
  if (url.starts_with(kSqlite)) return open_sqlite(url.substr(kSqlite.size()), options);
  if (is_postgres(url)) return open_postgres(url, options);
  // The URL is not repeated: it may hold a password.
  return fail(ErrorCode::kInvalid,
              "store.bad_url",
              "The store URL must be memory:, sqlite:<path> or postgresql://...");
}

}  // namespace fermata::store
