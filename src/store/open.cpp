#include "store/open.hpp"

#include <string_view>

namespace fermata::store {
namespace {

constexpr std::string_view kSqlite = "sqlite:";

bool is_postgres(std::string_view url) {
  return url.starts_with("postgresql://") || url.starts_with("postgres://");
}

// The URL is not repeated: it may hold a password.
tl::unexpected<Error> bad_url() {
  return fail(ErrorCode::kInvalid,
              "store.bad_url",
              "The store URL must be memory:, sqlite:<path> or postgresql://...");
}

}  // namespace

Result<void> look(const std::string& url, const Options& options) {
  if (url == "memory:" || is_postgres(url)) return {};
  if (url.starts_with(kSqlite)) return look_sqlite(url.substr(kSqlite.size()), options);
  return bad_url();
}

Result<std::unique_ptr<Store>> open(const std::string& url, const Options& options) {
  if (url == "memory:") {
    static const SystemClock clock;
    return make_memory_store(clock);
  }
  if (url.starts_with(kSqlite)) return open_sqlite(url.substr(kSqlite.size()), options);
  if (is_postgres(url)) return open_postgres(url, options);
  return bad_url();
}

}  // namespace fermata::store
