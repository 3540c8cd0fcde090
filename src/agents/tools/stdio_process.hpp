#pragma once

// A process that speaks JSON-RPC, one message a line, on its standard input and output.
//
// It is started when it is first asked, without a shell and with a small environment, and again
// when it has ended, with growing pauses if it does not last. What it writes to its standard error
// goes to the log, cut, without the secrets that it was given. It is ended with its group: its
// input is closed, then SIGTERM, then SIGKILL.
//
// Thread-safe; several may ask at once.

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "agents/definition.hpp"
#include "base/json.hpp"
#include "base/result.hpp"

namespace fermata::agents {

class StdioProcess {
 public:
  // `notice` is called with what it says without being asked, by a thread of the process.
  StdioProcess(const McpServer& server,
               std::size_t max_line,
               std::function<void(const json::Value&)> notice);
  ~StdioProcess();
  StdioProcess(const StdioProcess&) = delete;
  StdioProcess& operator=(const StdioProcess&) = delete;

  struct Answer {
    std::string life;      // Which start of the process it was; empty: it does not run.
    bool reached = false;  // It was written whole.
    std::optional<json::Value> message;
    std::string error;
    bool given_up = false;  // It runs, has the message and did not answer it in time.
    bool too_long = false;  // It answered at such length that the answer was not kept.
  };
  // Sends a message and, if it has an id, waits for what answers it. With a `life` that is over
  // nothing is sent; with none the process is started if it does not run.
  Answer ask(const json::Object& message,
             const std::string& life,
             std::int64_t timeout_ms,
             const std::function<bool()>& cancelled);

  // Until `done` or the process ends or the time is over; looked at with each of its messages.
  void wait(std::int64_t for_ms, const std::function<bool()>& done);

 private:
  struct Life;
  Result<std::shared_ptr<Life>> living(const std::string& life);
  Result<std::shared_ptr<Life>> start();
  void listen(const std::shared_ptr<Life>& life);
  void hear(Life& life, const std::string& line);
  void note_too_long(Life& life, const std::string& answer_to);
  void log_error(const std::string& line) const;
  static bool pay(Life& life);
  static bool has_ended(Life& life);
  static bool write_line(Life& life, const std::string& line, std::int64_t timeout_ms);
  static void end(Life& life);
  static void send(Life& life, int signal);

  const McpServer server_;
  const std::size_t max_line_;
  const std::function<void(const json::Value&)> notice_;
  std::mutex mutex_;
  std::condition_variable heard_;
  std::shared_ptr<Life> life_;
  std::int64_t lives_ = 0;
  std::int64_t not_before_ms_ = 0;
  int short_lives_ = 0;
  std::vector<std::string> hidden_;
};

}  // namespace fermata::agents
