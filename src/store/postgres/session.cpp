#include "store/postgres/session.hpp"

#include <libpq-fe.h>

#include <memory>

namespace fermata::store::postgres {
namespace {

struct FreeOptions {
  void operator()(PQconninfoOption* options) const { PQconninfoFree(options); }
};

}  // namespace

Result<void> check_url(const std::string& url) {
  char* problem = nullptr;
  const std::unique_ptr<PQconninfoOption, FreeOptions> options(
      PQconninfoParse(url.c_str(), &problem));
  PQfreemem(problem);  // It repeats parts of the URL.
  if (options) return {};
  return fail(ErrorCode::kInvalid,
              "store.bad_url",
              "The store URL is not a PostgreSQL URL: "
              "postgresql://user:password@host:port/database?parameter=value");
}

std::vector<std::pair<std::string, std::string>> connection_keywords(const std::string& url,
                                                                     int timeout_ms) {
  return {{"dbname", url},
          {"fallback_application_name", "fermata"},
          {"client_encoding", "UTF8"},
          {"target_session_attrs", "primary"},
          {"keepalives", "1"},
          {"keepalives_idle", "5"},
          {"keepalives_interval", "2"},
          {"keepalives_count", "3"},
          {"tcp_user_timeout", std::to_string(timeout_ms)}};
}

std::string session_script(Role role, int timeout_ms) {
  std::string script =
      "SET statement_timeout = " + std::to_string(timeout_ms) +
      "; SET lock_timeout = " + std::to_string(timeout_ms / 5) +
      "; SET idle_in_transaction_session_timeout = " + std::to_string(2 * timeout_ms) +
      // A client whose machine or network is gone is missed soon, and its locks with it.
      "; SET tcp_keepalives_idle = 5; SET tcp_keepalives_interval = 2; SET tcp_keepalives_count = 3"
      "; SET default_transaction_isolation = 'read committed'"
      "; SET jit = off"
      // Plans are made while the tables are small; they must fit large ones too.
      "; SET enable_seqscan = off; ";
  script += role == Role::kWriter ? "SET plan_cache_mode = force_generic_plan;"
                                    "SET enable_hashjoin = off; SET enable_mergejoin = off; "
                                  // Lists follow an index that has their order.
                                  : "SET enable_sort = off;"
                                    "SET default_transaction_read_only = on; ";
  return script +
         "SELECT set_config('synchronous_commit', 'on', false)"
         " WHERE current_setting('synchronous_commit') NOT IN ('on', 'remote_apply');"
         "SELECT current_setting('synchronous_commit') IN ('on', 'remote_apply'),"
         " current_setting('fsync') = 'on', current_setting('server_encoding') = 'UTF8'";
}

Result<void> check_session(const Rows& rows) {
  if (rows.text(0, 0) != "t" || rows.text(0, 1) != "t") {
    return fail(ErrorCode::kConflict,
                "store.not_durable",
                "PostgreSQL would acknowledge what a crash can lose: set fsync and "
                "synchronous_commit to on.");
  }
  if (rows.text(0, 2) != "t") {
    return fail(ErrorCode::kInvalid,
                "store.bad_url",
                "The PostgreSQL database must have the encoding UTF8.");
  }
  return {};
}

}  // namespace fermata::store::postgres
