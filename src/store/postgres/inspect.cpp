// What `fermata doctor` and `fermata verify` ask of a PostgreSQL database.

#include "store/inspect.hpp"

#include "store/postgres/migrations.hpp"
#include "store/postgres/reads.hpp"
#include "store/snapshot.hpp"

namespace fermata::store {
namespace postgres {
namespace {

using Level = Fact::Level;

constexpr int kOldest = 150000;  // What it is tested with.

// Privileges are asked of the catalogue, so that nothing is tried.
constexpr const char* kServer =
    "SELECT current_setting('server_version_num')::int, current_setting('server_version'),"
    " current_setting('synchronous_commit'), current_setting('full_page_writes'),"
    " current_setting('synchronous_standby_names'),"
    " (SELECT rolsuper FROM pg_roles WHERE rolname = current_user), current_user";

constexpr const char* kEvents =
    "SELECT pg_get_userbyid(relowner) = current_user,"
    " has_table_privilege('events', 'INSERT'),"
    " has_table_privilege('events', 'UPDATE') OR has_table_privilege('events', 'DELETE')"
    " OR has_table_privilege('events', 'TRUNCATE'),"
    " (SELECT count(*) FROM pg_trigger WHERE tgrelid = c.oid AND NOT tgisinternal"
    "  AND tgenabled = 'A')"
    " FROM pg_class c WHERE oid = to_regclass('events')";

Result<Rows> ask(Connection& connection, const char* name, const char* sql, int timeout_ms) {
  Answer answer = connection.run_script(name, sql, timeout_ms);
  if (!answer) return tl::unexpected(answer.error().error);
  return std::move(*answer);
}

// What it is when it holds; and when it does not, with what to do.
Fact fact(bool good, Level otherwise, std::string yes, std::string no, std::string advice) {
  if (good) return {Level::kOk, std::move(yes), ""};
  return {otherwise, std::move(no), std::move(advice)};
}

void add_server_facts(const Rows& server, std::vector<Fact>& facts) {
  const std::string version = "PostgreSQL " + server.text(0, 1);
  const bool new_enough = server.number(0, 0) >= kOldest;
  facts.push_back(fact(new_enough, Level::kWarn, version, version, "use 15 or newer"));
  const std::string standbys = server.text(0, 4);
  facts.push_back({Level::kOk,
                   "fsync is on, synchronous_commit is " + server.text(0, 2) +
                       (standbys.empty() ? "" : ", standbys: " + standbys),
                   ""});
  facts.push_back(fact(server.text(0, 3) == "on",
                       Level::kWarn,
                       "full_page_writes is on",
                       "full_page_writes is off",
                       "set it to on: a crash can tear pages"));
  const std::string role = server.text(0, 6);
  facts.push_back(fact(server.text(0, 5) != "t",
                       Level::kWarn,
                       "role " + role + " is no superuser",
                       "role " + role + " is a superuser, whom nothing keeps from changing events",
                       "give the server a role of its own"));
}

void add_event_facts(const Rows& events, std::vector<Fact>& facts) {
  const bool owner = events.text(0, 0) == "t";
  facts.push_back(fact(!owner,
                       Level::kWarn,
                       "the server's role does not own the events",
                       "the server's role owns the events and could drop their protection",
                       "run fermata migrate as an owner, and serve as another role"));
  facts.push_back(fact(events.text(0, 1) == "t",
                       Level::kFail,
                       "events can be appended",
                       "this role may not append events",
                       "grant it SELECT and INSERT on events"));
  if (!owner) {
    facts.push_back(fact(events.text(0, 2) != "t",
                         Level::kWarn,
                         "the role has no right to change events",
                         "the role has the right to change events, though triggers refuse",
                         "revoke UPDATE, DELETE and TRUNCATE on events from it"));
  }
  facts.push_back(fact(events.number(0, 3) > 0,
                       Level::kFail,
                       "triggers keep events from being changed",
                       "the triggers that keep events from being changed are gone or disabled",
                       "find out who did it, then run fermata verify"));
}

}  // namespace
}  // namespace postgres

Result<std::vector<Fact>> inspect_postgres(const std::string& url, const Options& options) {
  using namespace postgres;  // NOLINT(google-build-using-namespace): of this file.
  FERMATA_CHECK_OK(check_url(url));
  Connection connection(url, Role::kReader, options.timeout_ms);
  FERMATA_CHECK_OK(connection.ensure());
  std::vector<Fact> facts;
  FERMATA_TRY(const Rows server, ask(connection, "doctor_server", kServer, options.timeout_ms));
  add_server_facts(server, facts);
  Options as_it_is = options;
  as_it_is.migrate = false;
  if (const auto version = migrate(connection, as_it_is); !version) {
    const bool old = version.error().reason == "store.schema_too_old";
    facts.push_back({old ? Level::kWarn : Level::kFail, "schema version", version.error().message});
    return facts;
  }
  facts.push_back({Level::kOk, "the schema is that of this version", ""});
  FERMATA_TRY(const Rows events, ask(connection, "doctor_events", kEvents, options.timeout_ms));
  if (events.size() > 0) add_event_facts(events, facts);
  return facts;
}

Result<std::unique_ptr<Store>> open_postgres_snapshot(const std::string& url,
                                                      const Options& options) {
  using namespace postgres;  // NOLINT(google-build-using-namespace): of this file.
  FERMATA_CHECK_OK(check_url(url));
  auto connection = std::make_unique<Connection>(url, Role::kReader, options.timeout_ms);
  FERMATA_CHECK_OK(connection->ensure());
  Options as_it_is = options;
  as_it_is.migrate = false;
  FERMATA_CHECK_OK(migrate(*connection, as_it_is));
  FERMATA_CHECK_OK(ask(*connection,
                       "begin_snapshot",
                       "SET idle_in_transaction_session_timeout = 0;"
                       "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;"
                       "SELECT 1 FROM streams LIMIT 1",
                       options.timeout_ms));
  return std::make_unique<Snapshot<Connection>>(std::move(connection), database_now);
}

}  // namespace fermata::store
