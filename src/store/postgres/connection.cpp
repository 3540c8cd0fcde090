#include "store/postgres/connection.hpp"

#include <libpq-fe.h>
#include <poll.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <optional>
#include <utility>
#include <vector>

#include "base/failpoint.hpp"
#include "base/time.hpp"
#include "store/postgres/session.hpp"
#include "store/rows.hpp"

namespace fermata::store::postgres {
namespace {

constexpr int kFirstPauseMs = 50, kLongestPauseMs = 500;
// The server's own time limit comes first: its answer says for certain that nothing was done.
constexpr int kGraceMs = 1000;
// Long enough for a holder that was killed; the lock of another server is waited for in vain.
constexpr int kLockMs = 1500, kLockPauseMs = 25;
// A schema has one writer. The first number is the word "Ferm" in ASCII.
constexpr const char* kTakeLock =
    "SELECT pg_try_advisory_lock(x'4665726d'::int, hashtext(coalesce(current_schema(), ''))),"
    " format('SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
    " WHERE pid = %s AND backend_start = %L', pid, backend_start)"
    " FROM pg_stat_activity WHERE pid = pg_backend_pid()";

// False when the time is up. `events` as in poll(2); errors on the socket count as ready.
bool wait_for(int socket, short events, std::int64_t until_ms) {
  for (;;) {
    const std::int64_t left = std::max<std::int64_t>(0, until_ms - monotonic_ms());
    pollfd one{socket, events, 0};
    const int ready = ::poll(&one, 1, static_cast<int>(left));
    if (ready > 0) return true;
    if (ready == 0 || errno != EINTR) return false;
  }
}

std::string message_of(const PGresult* result) {
  const char* message = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
  return message == nullptr ? PQresultErrorMessage(result) : message;
}

}  // namespace

int Rows::size() const { return PQntuples(result_.get()); }

std::string Rows::text(int row, int column) const {
  return std::string(PQgetvalue(result_.get(), row, column),
                     static_cast<std::size_t>(PQgetlength(result_.get(), row, column)));
}

std::int64_t Rows::number(int row, int column) const {
  std::int64_t number = 0;
  const char* text = PQgetvalue(result_.get(), row, column);
  std::from_chars(text, text + PQgetlength(result_.get(), row, column), number);
  return number;
}

bool Rows::is_null(int row, int column) const {
  return PQgetisnull(result_.get(), row, column) == 1;
}

void Rows::clear(pg_result* result) { PQclear(result); }

void Connection::Close::operator()(pg_conn* connection) const { PQfinish(connection); }

Connection::Connection(std::string url, Role role, int timeout_ms, bool sole)
    : url_(std::move(url)), role_(role), timeout_ms_(timeout_ms), sole_(sole) {}

Connection::~Connection() = default;

// A server that lets a commit's wait for a standby be cancelled says so by a warning only: the
// commit is then on this machine's disk and perhaps nowhere else.
void Connection::take_notice(void* self, const pg_result* notice) {
  const char* severity = PQresultErrorField(notice, PG_DIAG_SEVERITY_NONLOCALIZED);
  if (severity != nullptr && std::strcmp(severity, "WARNING") == 0) {
    static_cast<Connection*>(self)->warned_ = true;
  }
}

Result<void> Connection::ensure() {
  if (connection_ && is_alive()) return {};
  connection_.reset();
  prepared_.clear();
  if (monotonic_ms() < retry_at_ms_) return tl::unexpected(why_not_);
  Result<void> connected = connect();
  if (connected) connected = configure();
  if (connected) {
    pause_ms_ = 0;
    return {};
  }
  connection_.reset();
  pause_ms_ = std::clamp(pause_ms_ * 2, kFirstPauseMs, kLongestPauseMs);
  retry_at_ms_ = monotonic_ms() + pause_ms_;
  why_not_ = connected.error();
  return connected;
}

Result<void> Connection::connect() {
  std::vector<const char*> names, values;
  const auto keywords = connection_keywords(url_, timeout_ms_);
  for (const auto& [name, value] : keywords) {
    names.push_back(name.c_str());
    values.push_back(value.c_str());
  }
  names.push_back(nullptr);
  values.push_back(nullptr);
  connection_.reset(PQconnectStartParams(names.data(), values.data(), 1));
  if (!connection_) return tl::unexpected(unavailable("postgres: out of memory"));
  PQsetNoticeReceiver(connection_.get(), take_notice, this);
  const std::int64_t until_ms = monotonic_ms() + timeout_ms_;
  PostgresPollingStatusType state = PGRES_POLLING_WRITING;
  while (PQstatus(connection_.get()) != CONNECTION_BAD && state != PGRES_POLLING_OK) {
    const short events = state == PGRES_POLLING_READING ? POLLIN : POLLOUT;
    if (!wait_for(PQsocket(connection_.get()), events, until_ms)) {
      return tl::unexpected(unavailable("postgres: no connection in time"));
    }
    state = PQconnectPoll(connection_.get());
  }
  if (PQstatus(connection_.get()) != CONNECTION_OK) {
    return tl::unexpected(
        unavailable("postgres: " + std::string(PQerrorMessage(connection_.get()))));
  }
  PQsetnonblocking(connection_.get(), 1);
  return {};
}

Result<void> Connection::configure() {
  warned_ = false;  // A server that dies warns the session before this one.
  const std::string script = session_script(role_, timeout_ms_);
  const bool sent = PQsendQuery(connection_.get(), script.c_str()) == 1;
  Answer session = answer("session", sent, timeout_ms_);
  if (!session) return tl::unexpected(session.error().error);
  FERMATA_CHECK_OK(check_session(*session));
  return sole_ ? take_lock() : Result<void>();
}

// The lock belongs to the session that writes, so whatever is written is written by its holder: it
// cannot be lost and the writing go on. It goes with the session, at once when the process dies. A
// session of our own that the database has not yet missed is ended, because it can be told apart.
Result<void> Connection::take_lock() {
  const std::int64_t until_ms = monotonic_ms() + kLockMs;
  for (;;) {
    const bool sent = PQsendQuery(connection_.get(), kTakeLock) == 1;
    Answer taken = answer("take_lock", sent, timeout_ms_);
    if (!taken) return tl::unexpected(taken.error().error);
    if (taken->text(0, 0) == "t") {
      end_of_last_ = taken->text(0, 1);
      return {};
    }
    if (monotonic_ms() > until_ms) break;
    if (!end_of_last_.empty()) {
      const bool asked = PQsendQuery(connection_.get(), end_of_last_.c_str()) == 1;
      if (Answer ended = answer("end_last", asked, timeout_ms_); !ended)
        return tl::unexpected(ended.error().error);
    }
    wait_for(PQsocket(connection_.get()), 0, monotonic_ms() + kLockPauseMs);
  }
  return fail(
      ErrorCode::kConflict, "store.in_use", "another server has this database; stop it first");
}

// Sees that the server has closed the connection since its last use, so that a commit is not sent
// into it only to learn nothing.
bool Connection::is_alive() {
  for (int i = 0; i < 4; ++i) {
    if (PQstatus(connection_.get()) != CONNECTION_OK) return false;
    if (!wait_for(PQsocket(connection_.get()), POLLIN, 0)) return true;
    if (PQconsumeInput(connection_.get()) == 0) return false;
    PQisBusy(connection_.get());  // Takes in the messages.
  }
  return true;
}

Answer Connection::run(const Sql& sql, const Parameters& parameters) {
  if (const Result<void> ready = ensure(); !ready) {
    return tl::unexpected(Failed{Failure::kLost, ready.error()});
  }
  if (!prepared_.contains(sql.name)) {
    if (Answer answered = prepare(sql, parameters); !answered) return answered;
  }
  warned_ = false;
  const bool sent = PQsendQueryPrepared(connection_.get(),
                                        sql.name,
                                        parameters.count(),
                                        parameters.values().data(),
                                        parameters.lengths(),
                                        parameters.formats(),
                                        0) == 1;
  return answer(sql.name, sent, timeout_ms_);
}

Answer Connection::prepare(const Sql& sql, const Parameters& parameters) {
  const std::string text(sql.text);
  const bool sent =
      PQsendPrepare(
          connection_.get(), sql.name, text.c_str(), parameters.count(), parameters.types()) == 1;
  Answer answered = answer(sql.name, sent, timeout_ms_);
  if (answered) prepared_.insert(sql.name);
  return answered;
}

Answer Connection::run_unprepared(const Sql& sql, const Parameters& parameters) {
  if (const Result<void> ready = ensure(); !ready) {
    return tl::unexpected(Failed{Failure::kLost, ready.error()});
  }
  warned_ = false;
  const std::string text(sql.text);
  const bool sent = PQsendQueryParams(connection_.get(),
                                      text.c_str(),
                                      parameters.count(),
                                      parameters.types(),
                                      parameters.values().data(),
                                      parameters.lengths(),
                                      parameters.formats(),
                                      0) == 1;
  return answer(sql.name, sent, timeout_ms_);
}

Answer Connection::run_script(const char* name, const std::string& sql, int timeout_ms) {
  if (const Result<void> ready = ensure(); !ready) {
    return tl::unexpected(Failed{Failure::kLost, ready.error()});
  }
  warned_ = false;
  const bool sent = PQsendQuery(connection_.get(), sql.c_str()) == 1;
  return answer(name, sent, timeout_ms);
}

Answer Connection::lost(const char* name, const std::string& why) {
  connection_.reset();
  return tl::unexpected(
      Failed{Failure::kLost, unavailable("postgres: " + std::string(name) + ": " + why)});
}

bool Connection::flush(std::int64_t until_ms) {
  for (;;) {
    const int left = PQflush(connection_.get());
    if (left <= 0) return left == 0;
    // The server may first want to be rid of what it says.
    if (!wait_for(PQsocket(connection_.get()), POLLIN | POLLOUT, until_ms)) return false;
    if (PQconsumeInput(connection_.get()) == 0) return false;
  }
}

bool Connection::await_result(std::int64_t until_ms) {
  while (PQisBusy(connection_.get()) == 1) {
    if (!wait_for(PQsocket(connection_.get()), POLLIN, until_ms)) return false;
    if (PQconsumeInput(connection_.get()) == 0) return false;
  }
  return true;
}

Answer Connection::answer(const char* name, bool sent, int timeout_ms) {
  const std::int64_t until_ms = monotonic_ms() + timeout_ms + kGraceMs;
  if (!sent || !flush(until_ms)) return lost(name, PQerrorMessage(connection_.get()));
  if (role_ == Role::kWriter) failpoint("store.after_send");
  Rows rows(nullptr);
  std::optional<Failed> failed;
  for (;;) {
    if (!await_result(until_ms)) {
      const std::string why = PQerrorMessage(connection_.get());
      return lost(name, why.empty() ? "no answer in time" : why);
    }
    PGresult* result = PQgetResult(connection_.get());
    if (result == nullptr) break;
    rows = Rows(result);
    if (PQresultStatus(result) != PGRES_FATAL_ERROR) continue;
    const char* sqlstate = PQresultErrorField(result, PG_DIAG_SQLSTATE);
    if (sqlstate == nullptr) return lost(name, message_of(result));
    failed = Failed{failure_of(sqlstate), translate(sqlstate, message_of(result), name)};
  }
  if (failed && failed->failure == Failure::kLost) connection_.reset();
  if (failed) return tl::unexpected(std::move(*failed));
  if (PQstatus(connection_.get()) != CONNECTION_OK) return lost(name, "the connection was closed");
  if (warned_) {
    return tl::unexpected(Failed{
        Failure::kLost,
        unavailable("postgres: " + std::string(name) + ": the server warned of its answer")});
  }
  return rows;
}

Result<Rows> Connection::read(const Sql& sql, const Parameters& parameters) {
  const bool was_connected = connection_ != nullptr;
  Answer answered = run(sql, parameters);
  if (!answered && was_connected && connection_ == nullptr) answered = run(sql, parameters);
  if (!answered) return tl::unexpected(answered.error().error);
  return std::move(*answered);
}

Result<Rows> Connection::read_unprepared(const Sql& sql, const Parameters& parameters) {
  const bool was_connected = connection_ != nullptr;
  Answer answered = run_unprepared(sql, parameters);
  if (!answered && was_connected && connection_ == nullptr) {
    answered = run_unprepared(sql, parameters);
  }
  if (!answered) return tl::unexpected(answered.error().error);
  return std::move(*answered);
}

}  // namespace fermata::store::postgres
