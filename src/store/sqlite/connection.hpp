#pragma once

// One connection to an SQLite file, its prepared statements, and a run of one of them.
//
// Statements are constants with a name, so that errors say which one failed; each is prepared once
// for a connection. Not thread-safe.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/result.hpp"
#include "store/open.hpp"

struct sqlite3;
struct sqlite3_stmt;

namespace fermata::store::sqlite {

struct Sql {
  const char* name;
  std::string_view text;
};

enum class Access {
  kWrite,  // Creates the file; the only connection that writes and checkpoints.
  kRead,   // Never writes, nor checkpoints when it closes.
};

// Changes nothing, and has to be written.
inline constexpr const char* kProbe = "UPDATE task_token SET last = last";

class Connection {
 public:
  static Result<std::unique_ptr<Connection>> open(const std::string& path,
                                                  Access access,
                                                  const Options& options);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // Runs statements that are not kept prepared; rows are ignored.
  Result<void> execute(const char* name, const char* sql);
  bool in_transaction() const;

 private:
  friend class Run;
  explicit Connection(sqlite3* handle) : handle_(handle) {}
  Result<void> configure(Access access, const Options& options);
  Result<sqlite3_stmt*> prepared(const Sql& sql);
  Error error(const char* statement) const;

  sqlite3* handle_;
  std::unordered_map<std::string, sqlite3_stmt*> statements_;  // By their text.
};

// One run of a statement. The bound texts must outlive it.
class Run {
 public:
  Run(Connection& connection, const Sql& sql);
  ~Run();
  Run(const Run&) = delete;
  Run& operator=(const Run&) = delete;

  Run& bind(std::string_view text);
  Run& bind(std::int64_t number);
  template <class... Values>
  Run& bind_all(const Values&... values) {
    (bind(values), ...);
    return *this;
  }

  Result<bool> next();    // True: a row is there.
  Result<void> finish();  // Steps to the end.

  std::string text(int column) const;
  std::int64_t number(int column) const;
  bool is_null(int column) const;

 private:
  Connection& connection_;
  const char* name_;
  Result<sqlite3_stmt*> statement_;
  int bound_ = 0;
};

}  // namespace fermata::store::sqlite
