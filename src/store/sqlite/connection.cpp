#include "store/sqlite/connection.hpp"

#include <sqlite3.h>

#include "store/sqlite/translate.hpp"

namespace fermata::store::sqlite {
namespace {

// synchronous=FULL: a commit is on disk before it returns (P7). The log is folded into the file
// every 16 MB, by this connection alone: in 3.40 two that do it at once can damage the file.
constexpr const char* kWriterSettings =
    "PRAGMA journal_mode = WAL;"
    "PRAGMA synchronous = FULL;"
    "PRAGMA wal_autocheckpoint = 4000;"
    "PRAGMA journal_size_limit = 67108864;"
    "PRAGMA foreign_keys = ON;"
    "PRAGMA trusted_schema = OFF;"
    "PRAGMA temp_store = MEMORY;";

constexpr const char* kReaderSettings =
    "PRAGMA query_only = ON;"
    "PRAGMA wal_autocheckpoint = 0;"
    "PRAGMA trusted_schema = OFF;"
    "PRAGMA temp_store = MEMORY;";

constexpr Sql kJournalMode{"journal_mode", "PRAGMA journal_mode"};

}  // namespace

Result<std::unique_ptr<Connection>> Connection::open(const std::string& path,
                                                     Access access,
                                                     const Options& options) {
  sqlite3* handle = nullptr;
  const int create = access == Access::kWrite ? SQLITE_OPEN_CREATE : 0;
  const int code = sqlite3_open_v2(
      path.c_str(), &handle, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | create, nullptr);
  std::unique_ptr<Connection> connection(new Connection(handle));
  if (code != SQLITE_OK) return tl::unexpected(connection->error("open"));
  FERMATA_CHECK_OK(connection->configure(access, options));
  return connection;
}

Result<void> Connection::configure(Access access, const Options& options) {
  sqlite3_extended_result_codes(handle_, 1);
  sqlite3_busy_timeout(handle_, options.timeout_ms);
  sqlite3_db_config(handle_, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  // Negative: in KiB. Pages are taken as they are read and kept until the cache is full.
  const std::int64_t cache_bytes = options.cache_bytes / (access == Access::kRead ? 4 : 1);
  const std::string cache = "PRAGMA cache_size = -" + std::to_string(cache_bytes / 1024);
  FERMATA_CHECK_OK(execute("cache_size", cache.c_str()));
  if (access == Access::kRead) {
    sqlite3_db_config(handle_, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
    return execute("reader_settings", kReaderSettings);
  }
  FERMATA_CHECK_OK(execute("writer_settings", kWriterSettings));
  Run run(*this, kJournalMode);
  FERMATA_CHECK_OK(run.next());
  if (run.text(0) == "wal") return {};
  return fail(ErrorCode::kConflict,
              "store.not_durable",
              "The file system of the SQLite file does not allow write-ahead logging.",
              "journal_mode is " + run.text(0));
}

Connection::~Connection() {
  for (const auto& [text, statement] : statements_) sqlite3_finalize(statement);
  sqlite3_close_v2(handle_);
}

Result<void> Connection::execute(const char* name, const char* sql) {
  if (sqlite3_exec(handle_, sql, nullptr, nullptr, nullptr) == SQLITE_OK) return {};
  return tl::unexpected(error(name));
}

bool Connection::in_transaction() const { return sqlite3_get_autocommit(handle_) == 0; }

Result<sqlite3_stmt*> Connection::prepared(const Sql& sql) {
  sqlite3_stmt*& statement = statements_[std::string(sql.text)];
  if (statement != nullptr) return statement;
  const int code = sqlite3_prepare_v3(handle_,
                                      sql.text.data(),
                                      static_cast<int>(sql.text.size()),
                                      SQLITE_PREPARE_PERSISTENT,
                                      &statement,
                                      nullptr);
  if (code == SQLITE_OK) return statement;
  return tl::unexpected(error(sql.name));
}

Error Connection::error(const char* statement) const {
  return translate(sqlite3_extended_errcode(handle_), sqlite3_errmsg(handle_), statement);
}

Run::Run(Connection& connection, const Sql& sql)
    : connection_(connection), name_(sql.name), statement_(connection.prepared(sql)) {}

Run::~Run() {
  if (!statement_) return;
  sqlite3_reset(*statement_);
  sqlite3_clear_bindings(*statement_);
}

Run& Run::bind(std::string_view text) {
  ++bound_;
  if (!statement_) return *this;
  // A null pointer would bind NULL.
  const char* bytes = text.data() == nullptr ? "" : text.data();
  if (sqlite3_bind_text64(*statement_, bound_, bytes, text.size(), SQLITE_STATIC, SQLITE_UTF8) !=
      SQLITE_OK) {
    statement_ = tl::unexpected(connection_.error(name_));
  }
  return *this;
}

Run& Run::bind(std::int64_t number) {
  ++bound_;
  if (statement_ && sqlite3_bind_int64(*statement_, bound_, number) != SQLITE_OK) {
    statement_ = tl::unexpected(connection_.error(name_));
  }
  return *this;
}

Result<bool> Run::next() {
  if (!statement_) return tl::unexpected(statement_.error());
  const int code = sqlite3_step(*statement_);
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  return tl::unexpected(connection_.error(name_));
}

Result<void> Run::finish() {
  for (;;) {
    FERMATA_TRY(const bool row, next());
    if (!row) return {};
  }
}

std::string Run::text(int column) const {
  const unsigned char* bytes = sqlite3_column_text(*statement_, column);
  const int size = sqlite3_column_bytes(*statement_, column);
  return std::string(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(size));
}

std::int64_t Run::number(int column) const { return sqlite3_column_int64(*statement_, column); }

bool Run::is_null(int column) const {
  return sqlite3_column_type(*statement_, column) == SQLITE_NULL;
}

}  // namespace fermata::store::sqlite
