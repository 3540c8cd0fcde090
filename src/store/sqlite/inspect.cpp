// What `fermata doctor` and `fermata verify` ask of an SQLite file, without the lock of a server.

#include "store/inspect.hpp"

#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>

#include "store/snapshot.hpp"
#include "store/sqlite/file_lock.hpp"
#include "store/sqlite/look.hpp"
#include "store/sqlite/migrations.hpp"
#include "store/sqlite/reads.hpp"

namespace fermata::store {
namespace sqlite {
namespace {

using Level = Fact::Level;

// Of file systems that other machines write to as well: NFS, SMB, CIFS, AFS, 9p, Ceph.
constexpr std::array<std::int64_t, 6> kShared = {
    0x6969, 0x517B, 0xFF534D42, 0x5346414F, 0x01021997, 0x00C36400};

constexpr Sql kJournalMode{"journal_mode", "PRAGMA journal_mode"};
constexpr Sql kTriggers{
    "triggers",
    "SELECT count(*) FROM sqlite_schema WHERE type = 'trigger' AND tbl_name = 'events'"};
constexpr int kTriggersOfEvents = 3;  // Update, delete, replace.
constexpr Sql kCheck{"quick_check", "PRAGMA quick_check(1)"};

Result<std::string> ask(Connection& connection, const Sql& sql) {
  Run run(connection, sql);
  FERMATA_TRY(const bool row, run.next());
  return row ? run.text(0) : std::string();
}

// What it is when it holds; and when it does not, with what to do.
Fact fact(bool good, Level otherwise, std::string yes, std::string no, std::string advice) {
  if (good) return {Level::kOk, std::move(yes), ""};
  return {otherwise, std::move(no), std::move(advice)};
}

void add_file_facts(const std::string& path, std::vector<Fact>& facts) {
  struct stat status {};
  ::stat(path.c_str(), &status);
  facts.push_back(fact((status.st_mode & (S_IRWXG | S_IRWXO)) == 0,
                       Level::kWarn,
                       "only its owner may open the file",
                       "others than its owner may open " + path,
                       "chmod 600"));
  const auto folder = std::filesystem::absolute(path).parent_path();
  facts.push_back(fact(::access(path.c_str(), W_OK) == 0 && ::access(folder.c_str(), W_OK) == 0,
                       Level::kFail,
                       "the file and its folder can be written",
                       "this user may not write " + path + " or its folder",
                       "give both to the user that the server runs as"));
  struct statfs system {};
  if (::statfs(path.c_str(), &system) != 0) return;
  const bool shared =
      std::find(kShared.begin(), kShared.end(), static_cast<std::int64_t>(system.f_type)) !=
      kShared.end();
  facts.push_back(fact(!shared,
                       Level::kFail,
                       "the file system is local",
                       "the file is on a network, where locks and fsync cannot be relied on",
                       "use a local disk, or PostgreSQL"));
}

Result<void> add_content_facts(Connection& connection, std::vector<Fact>& facts) {
  FERMATA_TRY(const std::string mode, ask(connection, kJournalMode));
  facts.push_back(fact(mode == "wal",
                       Level::kWarn,
                       "journal mode wal; a server writes with synchronous=FULL",
                       "journal mode " + mode,
                       "a server makes it wal when it starts"));
  FERMATA_TRY(const std::string triggers, ask(connection, kTriggers));
  facts.push_back(fact(std::stoll(triggers) >= kTriggersOfEvents,
                       Level::kFail,
                       "triggers keep events from being changed",
                       "the triggers that keep events from being changed are gone",
                       "find out who removed them, then run fermata verify"));
  FERMATA_TRY(const std::string damage, ask(connection, kCheck));
  facts.push_back(fact(damage == "ok",
                       Level::kFail,
                       "SQLite's quick check finds nothing",
                       "SQLite's quick check: " + damage,
                       "restore the file from a backup"));
  return {};
}

Result<TimeMs> machine_time(Connection&) { return SystemClock().now_ms(); }

}  // namespace
}  // namespace sqlite

Result<std::vector<Fact>> inspect_sqlite(const std::string& path, const Options& options) {
  using namespace sqlite;  // NOLINT(google-build-using-namespace): of this file.
  std::vector<Fact> facts;
  FERMATA_TRY(const Found found, look(path));
  if (found == Found::kNothing) {
    facts.push_back({Level::kWarn, path + " does not exist yet", "fermata serve makes it"});
    return facts;
  }
  add_file_facts(path, facts);
  FERMATA_TRY(const auto connection, Connection::open(path, Access::kRead, options));
  Options as_it_is = options;
  as_it_is.migrate = false;
  if (const auto version = migrate(*connection, as_it_is); !version) {
    facts.push_back({version.error().reason == "store.schema_too_old" ? Level::kWarn : Level::kFail,
                     "schema version",
                     version.error().message});
    return facts;
  }
  facts.push_back({Level::kOk, "the schema is that of this version", ""});
  FERMATA_CHECK_OK(add_content_facts(*connection, facts));
  return facts;
}

Result<std::unique_ptr<Store>> open_sqlite_snapshot(const std::string& path,
                                                    const Options& options) {
  FERMATA_TRY(const sqlite::Found found, sqlite::look(path));
  if (found == sqlite::Found::kNothing) return sqlite::missing(path);
  FERMATA_TRY(auto connection, sqlite::Connection::open(path, sqlite::Access::kRead, options));
  Options as_it_is = options;
  as_it_is.migrate = false;
  FERMATA_CHECK_OK(sqlite::migrate(*connection, as_it_is));
  // The snapshot is taken by the first read after BEGIN.
  FERMATA_CHECK_OK(connection->execute("begin_snapshot", "BEGIN; SELECT 1 FROM streams LIMIT 1"));
  return std::make_unique<Snapshot<sqlite::Connection>>(std::move(connection),
                                                        sqlite::machine_time);
}

}  // namespace fermata::store
