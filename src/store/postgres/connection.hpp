#pragma once

// One connection to PostgreSQL, which comes back by itself: when it is found to be gone, the next
// use connects again, after a pause that grows while the database stays away.
//
// No call waits longer than its time limit, whatever the network does: the socket is never blocking
// and a statement that is not answered in time costs the connection. Not thread-safe.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_set>

#include "base/result.hpp"
#include "store/postgres/parameters.hpp"
#include "store/postgres/translate.hpp"

struct pg_conn;
struct pg_result;

namespace fermata::store::postgres {

struct Sql {
  const char* name;  // Of the prepared statement, and for errors.
  std::string_view text;
};

enum class Role {
  kWriter,
  kReader,  // Its transactions are read-only.
};

// The rows of an answer.
class Rows {
 public:
  explicit Rows(pg_result* result) : result_(result, clear) {}
  int size() const;
  std::string text(int row, int column) const;
  std::int64_t number(int row, int column) const;
  bool is_null(int row, int column) const;

 private:
  static void clear(pg_result* result);
  std::unique_ptr<pg_result, void (*)(pg_result*)> result_;
};

struct Failed {
  Failure failure = Failure::kLost;
  Error error;
};
using Answer = tl::expected<Rows, Failed>;

class Connection {
 public:
  // Does not connect yet. `url` has been checked with check_url().
  // `sole`: each session first takes the lock of the one server that may write.
  Connection(std::string url, Role role, int timeout_ms, bool sole = false);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // Connects when it must. kUnavailable; kConflict store.not_durable when the server would
  // acknowledge a commit before it is on disk, store.in_use when another has the sole server's
  // lock.
  Result<void> ensure();

  // Runs one statement; it is a transaction of its own.
  Answer run(const Sql& sql, const Parameters& parameters);             // Prepared once.
  Answer run_unprepared(const Sql& sql, const Parameters& parameters);  // Planned for its values.
  // Runs several statements without parameters; gives the last one's rows.
  Answer run_script(const char* name, const std::string& sql, int timeout_ms);

  // A read that may be repeated: a second time on a new connection when the old one was gone.
  Result<Rows> read(const Sql& sql, const Parameters& parameters);
  Result<Rows> read_unprepared(const Sql& sql, const Parameters& parameters);

 private:
  struct Close {
    void operator()(pg_conn* connection) const;
  };
  static void take_notice(void* self, const pg_result* notice);

  Result<void> connect();
  Result<void> configure();
  Result<void> take_lock();
  bool is_alive();
  Answer prepare(const Sql& sql, const Parameters& parameters);
  Answer answer(const char* name, bool sent, int timeout_ms);
  Answer lost(const char* name, const std::string& why);
  bool flush(std::int64_t until_ms);
  bool await_result(std::int64_t until_ms);

  const std::string url_;
  const Role role_;
  const int timeout_ms_;
  std::unique_ptr<pg_conn, Close> connection_;
  std::unordered_set<std::string_view> prepared_;
  std::int64_t retry_at_ms_ = 0;  // By monotonic_ms(); until then there is no connection, for
  Error why_not_;                 // the same reason as at the last attempt.
  int pause_ms_ = 0;
  const bool sole_;
  std::string end_of_last_;  // Ends the session that last had the lock; empty: there was none.
  bool warned_ = false;      // The server sent a warning since the statement began.
};

// kInvalid store.bad_url. The text of the URL is in no error: it may hold a password.
Result<void> check_url(const std::string& url);

}  // namespace fermata::store::postgres
