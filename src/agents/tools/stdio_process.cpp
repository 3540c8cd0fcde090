#include "agents/tools/stdio_process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdlib>
#include <memory>
#include <string_view>
#include <system_error>
#include <utility>

#include "agents/tools/output_lines.hpp"
#include "base/time.hpp"
#include "base/utf8.hpp"
#include "observability/log.hpp"

namespace fermata::agents {
namespace {

using observability::Level;
using observability::log;

constexpr std::int64_t kLastingMs = 10'000;  // A process that ran so long did not fail to start.
constexpr std::int64_t kMostPauseMs = 60'000;
constexpr std::int64_t kEndMs = 2000;  // For each way to end it.
constexpr int kLookMs = 200;
constexpr std::size_t kMaxLogged = 500;  // Of a line of its standard error,
constexpr int kMaxLines = 100;           // and so many of them in a minute.
constexpr std::int64_t kMinuteMs = 60'000;
constexpr int kOwingMs = 20;              // Until it is tried again to answer it.
constexpr std::size_t kMaxOwed = 65'536;  // Of answers to a process that reads none of them.
constexpr std::size_t kMostTooLong = 64;  // Times the longest line: then it has no end.

struct Pipe {
  int read = -1, write = -1;
  Pipe() {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) == 0) read = ends[0], write = ends[1];
  }
  ~Pipe() {
    drop(read);
    drop(write);
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;
  static void drop(int& fd) {
    if (fd >= 0) ::close(fd);
    fd = -1;
  }
};

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> all;
  all.reserve(texts.size() + 1);
  for (std::string& text : texts) all.push_back(text.data());
  all.push_back(nullptr);
  return all;
}

// As much of `text` as can be written now goes from it. False: nothing more can be written, ever.
bool write_some(int fd, std::string& text) {
  while (!text.empty()) {
    const ssize_t written = ::write(fd, text.data(), text.size());
    if (written < 0 && errno == EAGAIN) return true;
    if (written < 0 && errno != EINTR) return false;
    if (written > 0) text.erase(0, static_cast<std::size_t>(written));
  }
  return true;
}

}  // namespace

struct StdioProcess::Life {
  std::string name;
  pid_t pid = -1;
  Pipe input, output, errors;
  std::int64_t started_ms = 0;
  std::mutex writing;
  std::string begun;  // Under `writing`: the rest of a line that was written in part.
  std::mutex ending;
  bool reaped = false;  // Under `ending`: its number may be another's then.
  std::string owed;     // The listener's: answers to what it asks us.
  std::thread listener;
  // Under the process's mutex:
  bool over = false;
  struct Asked {
    std::optional<json::Value> message;
    bool too_long = false;
  };
  std::map<std::string, Asked> asked;  // By the id, as JSON.
};

StdioProcess::StdioProcess(const McpServer& server,
                           std::size_t max_line,
                           std::function<void(const json::Value&)> notice)
    : server_(server), max_line_(max_line), notice_(std::move(notice)) {}

StdioProcess::~StdioProcess() {
  if (life_ == nullptr) return;
  end(*life_);
  life_->listener.join();
}

// Gently at first: what it does when its input ends is its own affair.
void StdioProcess::end(Life& life) {
  {
    const std::lock_guard lock(life.writing);
    Pipe::drop(life.input.write);
  }
  for (const int signal : {0, SIGTERM, SIGKILL}) {
    if (signal != 0) send(life, signal);
    const std::int64_t until_ms = monotonic_ms() + kEndMs;
    while (monotonic_ms() < until_ms || signal == SIGKILL) {
      if (has_ended(life)) return send(life, SIGKILL);  // What it may have left running.
      ::poll(nullptr, 0, 10);
    }
  }
}

// Its number is its own until it is reaped.
bool StdioProcess::has_ended(Life& life) {
  const std::lock_guard lock(life.ending);
  if (life.reaped) return true;
  siginfo_t ended{};
  return ::waitid(P_PID, static_cast<id_t>(life.pid), &ended, WEXITED | WNOHANG | WNOWAIT) != 0 ||
         ended.si_pid != 0;
}

// To it and all that it started.
void StdioProcess::send(Life& life, int signal) {
  const std::lock_guard lock(life.ending);
  if (!life.reaped) ::kill(-life.pid, signal);
}

Result<std::shared_ptr<StdioProcess::Life>> StdioProcess::start() {
  const auto failed = [&](const std::string& why) {
    return fail(ErrorCode::kUnavailable,
                "agents.tools_unavailable",
                "'" + server_.command.front() + "' does not run: " + why);
  };
  if (monotonic_ms() < not_before_ms_) return failed("it ended, and is started again later");
  std::vector<std::string> words = server_.command, variables;
  for (const char* name : {"PATH", "HOME", "LANG", "TMPDIR", "TZ"})
    if (const char* value = std::getenv(name)) variables.push_back(std::string(name) + "=" + value);
  std::vector<std::string> secrets;
  for (const auto& [name, value] : server_.env) {
    FERMATA_TRY(const std::string filled, with_secrets(value));
    for (const std::string& secret : secrets_in(value))
      secrets.emplace_back(std::getenv(secret.c_str()));
    variables.emplace_back(name).append("=").append(filled);
  }
  hidden_ = hidden_parts(secrets);
  auto life = std::make_shared<Life>();
  if (life->errors.write < 0 || life->output.write < 0 || life->input.write < 0)
    return failed("there are too many open files");  // Else it would get ours.
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_adddup2(&files, life->input.read, 0);
  posix_spawn_file_actions_adddup2(&files, life->output.write, 1);
  posix_spawn_file_actions_adddup2(&files, life->errors.write, 2);
  posix_spawn_file_actions_addclosefrom_np(&files, 3);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t none, all;
  sigemptyset(&none);
  sigfillset(&all);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setsigdefault(&attributes, &all);
  posix_spawnattr_setpgroup(&attributes, 0);
  posix_spawnattr_setflags(&attributes,
                           POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
  const int status = ::posix_spawnp(&life->pid,
                                    words.front().c_str(),
                                    &files,
                                    &attributes,
                                    pointers(words).data(),
                                    pointers(variables).data());
  posix_spawn_file_actions_destroy(&files);
  posix_spawnattr_destroy(&attributes);
  life->started_ms = monotonic_ms();
  if (status != 0) {
    not_before_ms_ =
        life->started_ms + std::min(kMostPauseMs, std::int64_t{500} << std::min(++short_lives_, 8));
    return failed(std::generic_category().message(status));
  }
  Pipe::drop(life->input.read);
  Pipe::drop(life->output.write);
  Pipe::drop(life->errors.write);
  ::fcntl(life->input.write, F_SETFL, O_NONBLOCK);
  life->name = std::to_string(++lives_);
  log(Level::kInfo,
      "agent.mcp_started",
      {{"server", server_.name}, {"pid", std::to_string(life->pid)}});
  try {
    life->listener = std::thread([this, life] { listen(life); });
  } catch (const std::system_error&) {  // There are no more threads to be had.
    ::kill(life->pid, SIGKILL);
    ::waitpid(life->pid, nullptr, 0);
    return failed("there is no thread to be had");
  }
  return life;
}

Result<std::shared_ptr<StdioProcess::Life>> StdioProcess::living(const std::string& name) {
  const std::lock_guard lock(mutex_);
  if (life_ != nullptr && life_->over) {
    life_->listener.join();
    life_ = nullptr;
  }
  if (life_ != nullptr && (name.empty() || life_->name == name)) return life_;
  if (!name.empty())
    return fail(ErrorCode::kUnavailable, "agents.tools_unavailable", "the process has ended");
  FERMATA_TRY(life_, start());
  return life_;
}

bool StdioProcess::write_line(Life& life, const std::string& line, std::int64_t timeout_ms) {
  const std::int64_t until_ms = monotonic_ms() + timeout_ms;
  const std::lock_guard lock(life.writing);
  life.begun += line;
  while (!life.begun.empty()) {
    pollfd ready{life.input.write, POLLOUT, 0};
    const std::int64_t left_ms = until_ms - monotonic_ms();
    if (life.input.write < 0 || left_ms <= 0 || ::poll(&ready, 1, static_cast<int>(left_ms)) <= 0 ||
        !write_some(life.input.write, life.begun))
      return false;
  }
  return true;
}

// What we owe it, without ever waiting: while somebody else writes to it, its output must be read,
// or both sides wait for each other.
bool StdioProcess::pay(Life& life) {
  const std::unique_lock lock(life.writing, std::try_to_lock);
  if (!lock.owns_lock() || life.input.write < 0) return life.owed.empty();
  life.begun += std::exchange(life.owed, {});
  return !write_some(life.input.write, life.begun) || life.begun.empty();
}

StdioProcess::Answer StdioProcess::ask(const json::Object& message,
                                       const std::string& name,
                                       std::int64_t timeout_ms,
                                       const std::function<bool()>& cancelled) {
  Answer answer;
  const auto living_now = living(name);
  if (!living_now) {
    answer.error = living_now.error().message;
    return answer;
  }
  const std::shared_ptr<Life>& life = *living_now;
  const std::int64_t until_ms = monotonic_ms() + timeout_ms;
  const json::Value* id = message.find("id");
  const std::string key = id == nullptr ? "" : json::write(*id);
  answer.life = life->name;
  if (id != nullptr) {
    const std::lock_guard lock(mutex_);
    life->asked.try_emplace(key);
  }
  answer.reached = write_line(*life, json::write(message) + "\n", timeout_ms);
  if (!answer.reached) {
    answer.error = "it does not read";
    send(*life, SIGKILL);  // Half a line may be written: nothing more can be said to it.
  }
  std::unique_lock lock(mutex_);
  const auto is_open = [&] {
    const Life::Asked& mine = life->asked[key];
    return !mine.message && !mine.too_long && !life->over;
  };
  while (id != nullptr && answer.reached && is_open() && !cancelled() && monotonic_ms() < until_ms)
    heard_.wait_for(lock, std::chrono::milliseconds(kLookMs));
  if (id != nullptr) {
    answer.given_up = answer.reached && is_open();
    answer.too_long = life->asked[key].too_long;
    answer.message = std::move(life->asked[key].message);
    life->asked.erase(key);
  }
  if (answer.reached && !answer.message)
    answer.error = answer.too_long ? "its answer is too long"
                   : life->over    ? "the process ended"
                                   : "no answer came";
  return answer;
}

void StdioProcess::wait(std::int64_t for_ms, const std::function<bool()>& done) {
  const std::int64_t until_ms = monotonic_ms() + for_ms;
  std::unique_lock lock(mutex_);
  while (!done() && life_ != nullptr && !life_->over && monotonic_ms() < until_ms)
    heard_.wait_for(lock, std::chrono::milliseconds(kLookMs));
}

void StdioProcess::hear(Life& life, const std::string& line) {
  const auto message = json::parse(line, json::kMaxStoredDepth);
  if (!message) return;
  const json::Value& id = (*message)["id"];
  if (message->string_or("method").empty()) {
    const std::lock_guard lock(mutex_);
    const auto found = life.asked.find(json::write(id));
    if (found != life.asked.end()) found->second.message = *message;
  } else if (id.is_null()) {
    notice_(*message);
  } else {  // It asks us; we offered nothing, but are there.
    json::Object reply{{"jsonrpc", "2.0"}, {"id", id}};
    if (message->string_or("method") == "ping")
      reply.set("result", json::Object{});
    else
      reply.set("error", json::Object{{"code", -32601}, {"message", "not offered"}});
    if (life.owed.size() < kMaxOwed) life.owed += json::write(reply) + "\n";
  }
  heard_.notify_all();
}

// Nobody but the call whose answer it is has anything to do with it.
void StdioProcess::note_too_long(Life& life, const std::string& answer_to) {
  log(Level::kWarn, "agent.mcp_line_too_long", {{"server", server_.name}, {"call", answer_to}});
  const std::lock_guard lock(mutex_);
  const auto found = life.asked.find(answer_to);
  if (found != life.asked.end()) found->second.too_long = true;
  heard_.notify_all();
}

void StdioProcess::log_error(const std::string& line) const {
  std::string told = hide(line, hidden_);
  if (!is_utf8(told)) told = "(no text)";
  if (told.size() > kMaxLogged) {
    std::size_t end = kMaxLogged;
    while (end > 0 && (static_cast<unsigned char>(told[end]) & 0xC0) == 0x80) --end;
    told = told.substr(0, end) + "...";
  }
  log(Level::kInfo, "agent.mcp_stderr", {{"server", server_.name}, {"line", told}});
}

// Until it ends, whoever ends it.
void StdioProcess::listen(const std::shared_ptr<Life>& life) {
  OutputLines said(max_line_), complained(max_line_);
  std::int64_t minute_ms = life->started_ms;
  int lines = 0;
  const auto complain = [&](const OutputLines::Line& line) {
    if (monotonic_ms() - minute_ms > kMinuteMs) minute_ms = monotonic_ms(), lines = 0;
    if (++lines <= kMaxLines) log_error(line.too_long ? "(a line too long)" : line.text);
  };
  const auto take = [&](const OutputLines::Line& line) {
    line.too_long ? note_too_long(*life, line.answer_to) : hear(*life, line.text);
  };
  // Whether more may come.
  const auto read_some = [](int fd, OutputLines& from, const auto& each) {
    std::array<char, 65'536> buffer{};
    const ssize_t got = ::read(fd, buffer.data(), buffer.size());
    if (got > 0)
      for (const auto& line : from.feed({buffer.data(), static_cast<std::size_t>(got)})) each(line);
    return got > 0 || (got < 0 && errno == EINTR);
  };
  std::array<pollfd, 2> open{{{life->output.read, POLLIN, 0}, {life->errors.read, POLLIN, 0}}};
  while (open[0].fd >= 0 && said.skipped() <= kMostTooLong * max_line_) {
    const int wait_ms = pay(*life) ? -1 : kOwingMs;
    open[0].revents = open[1].revents = 0;
    if (::poll(open.data(), open.size(), wait_ms) < 0 && errno != EINTR) break;
    if (open[1].revents != 0 && !read_some(open[1].fd, complained, complain)) open[1].fd = -1;
    if (open[0].revents != 0 && !read_some(open[0].fd, said, take)) open[0].fd = -1;
  }
  // Without an output it is of no use.
  end(*life);
  int status = 0;
  {
    const std::lock_guard lock(life->ending);
    ::waitpid(life->pid, &status, 0);
    life->reaped = true;
  }
  log(Level::kInfo,
      "agent.mcp_ended",
      {{"server", server_.name},
       {"status", std::to_string(WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status))}});
  {
    const std::lock_guard lock(mutex_);
    life->over = true;
    const std::int64_t now_ms = monotonic_ms();
    short_lives_ = now_ms - life->started_ms < kLastingMs ? short_lives_ + 1 : 0;
    // The first time at once: what has worked before will work again.
    if (short_lives_ > 1)
      not_before_ms_ =
          now_ms + std::min(kMostPauseMs, std::int64_t{250} << std::min(short_lives_, 8));
  }
  heard_.notify_all();
}

}  // namespace fermata::agents
