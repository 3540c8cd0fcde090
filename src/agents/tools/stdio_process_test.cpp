// Real processes: what becomes of those that end, say too much, never answer or do not want to end.

#include "agents/tools/stdio_process.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <future>
#include <memory>

#include "agents/tools/mcp_client.hpp"
#include "base/time.hpp"

namespace fermata::agents {
namespace {

constexpr std::int64_t kLong = 20'000;

class StdioProcessTest : public ::testing::Test {
 protected:
  StdioProcessTest() : folder_(::testing::TempDir() + "stdio_" + std::to_string(::getpid())) {
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
  }
  ~StdioProcessTest() override { std::filesystem::remove_all(folder_); }

  // The script finds the folder in $1 and first of all writes down that it was started.
  McpServer server(const std::string& script) const {
    McpServer made;
    made.name = "till";
    made.command = {"/bin/sh", "-c", "echo $$ >> \"$1/starts\"\n" + script, "sh", folder_};
    made.timeout_ms = kLong;
    made.max_bytes = 1000;
    return made;
  }
  std::vector<std::string> lines_of(const std::string& name) const {
    std::ifstream file(folder_ + "/" + name);
    std::vector<std::string> lines;
    for (std::string line; std::getline(file, line);) lines.push_back(line);
    return lines;
  }
  std::size_t starts() const { return lines_of("starts").size(); }
  bool is_there(std::size_t start) const {
    return ::kill(static_cast<pid_t>(std::stol(lines_of("starts").at(start))), 0) == 0;
  }
  static StdioProcess::Answer ask(StdioProcess& process, std::int64_t timeout_ms = kLong) {
    return process.ask(
        {{"jsonrpc", "2.0"}, {"id", 1}, {"method", "ping"}}, "", timeout_ms, [] { return false; });
  }
  static void ignore(const json::Value&) {}

  std::string folder_;
};

TEST_F(StdioProcessTest, a_process_that_does_not_last_is_started_ever_more_rarely) {
  StdioProcess process(server("read line; exit 3"), 1000, ignore);
  EXPECT_EQ(ask(process).error, "the process ended");
  EXPECT_EQ(ask(process).error, "the process ended") << "once more at once";
  const StdioProcess::Answer refused = ask(process);
  EXPECT_FALSE(refused.reached);
  EXPECT_NE(refused.error.find("started again later"), std::string::npos) << refused.error;
  EXPECT_EQ(starts(), 2U);
  // The pause ends: it is tried again, and the next pause is longer.
  const std::int64_t begin_ms = monotonic_ms();
  while (starts() < 3) ask(process);
  EXPECT_GE(monotonic_ms() - begin_ms, 400);
  EXPECT_EQ(starts(), 3U);
}

TEST_F(StdioProcessTest, a_line_without_end_ends_the_process) {
  StdioProcess process(server("read line; while :; do printf '%1000s' x; done"), 5000, ignore);
  const StdioProcess::Answer answer = ask(process);
  EXPECT_EQ(answer.error, "the process ended");
  EXPECT_FALSE(answer.message);
  EXPECT_FALSE(is_there(0));
}

TEST_F(StdioProcessTest, a_line_within_the_limit_is_an_answer) {
  StdioProcess process(
      server(R"(read line; printf '{"id":1,"result":"%900s"}\n' x; read line)"), 1000, ignore);
  const StdioProcess::Answer answer = ask(process);
  ASSERT_TRUE(answer.message) << answer.error;
  EXPECT_EQ(answer.message->string_or("result").size(), 900U);
}

TEST_F(StdioProcessTest, an_answer_that_is_too_long_is_one_calls_own_affair) {
  StdioProcess process(server(R"(
read -r first; read -r second
printf '{"jsonrpc":"2.0","id":1,"result":"%9000s"}\n' x
printf '{"jsonrpc":"2.0","id":2,"result":"short"}\n'
read -r line)"),
                       1000,
                       ignore);
  const auto call = [&](int id) {
    return process.ask({{"jsonrpc", "2.0"}, {"id", id}, {"method", "tools/call"}}, "", kLong, [] {
      return false;
    });
  };
  auto first = std::async(std::launch::async, call, 1);
  const StdioProcess::Answer second = call(2);
  ASSERT_TRUE(second.message) << second.error;
  EXPECT_EQ(second.message->string_or("result"), "short");
  const StdioProcess::Answer long_one = first.get();
  EXPECT_TRUE(long_one.too_long);
  EXPECT_FALSE(long_one.message);
  EXPECT_FALSE(long_one.given_up);
  EXPECT_EQ(starts(), 1U);
}

// It asks us something, and reads nothing before all of its output is read; nor can we write more.
// Which of the two lines it is told first is nobody's promise.
TEST_F(StdioProcessTest, who_asks_us_while_we_write_is_answered_too) {
  StdioProcess process(server(R"(
printf '{"jsonrpc":"2.0","id":"theirs","method":"ping"}\n'
printf '{"jsonrpc":"2.0","method":"notifications/message","params":"%400000s"}\n' x
read -r first; read -r second; printf '%s\n%s\n' "$first" "$second" > "$1/heard"
printf '{"jsonrpc":"2.0","id":1,"result":"done"}\n'
read -r line)"),
                       1'000'000,
                       ignore);
  const StdioProcess::Answer answer = process.ask({{"jsonrpc", "2.0"},
                                                   {"id", 1},
                                                   {"method", "tools/call"},
                                                   {"params", std::string(200'000, 'x')}},
                                                  "",
                                                  kLong,
                                                  [] { return false; });
  ASSERT_TRUE(answer.message) << answer.error;
  EXPECT_EQ(answer.message->string_or("result"), "done");
  std::vector<std::string> heard = lines_of("heard");
  ASSERT_EQ(heard.size(), 2U);
  if (heard[0].size() > heard[1].size()) std::swap(heard[0], heard[1]);
  const auto pong = json::parse(heard[0]);
  const auto call = json::parse(heard[1]);
  ASSERT_TRUE(pong && call);
  EXPECT_EQ(pong->string_or("id"), "theirs");
  EXPECT_EQ(call->string_or("params").size(), 200'000U);
}

TEST_F(StdioProcessTest, what_does_not_want_to_end_is_killed_with_all_it_started) {
  const std::string stubborn =
      "trap '' TERM; sh -c 'trap \"\" TERM; echo $$ >> \"$0/starts\"; "
      "while :; do sleep 1; done' \"$1\" & while :; do sleep 1; done";
  auto process = std::make_unique<StdioProcess>(server(stubborn), 1000, ignore);
  while (starts() < 2) ask(*process, 50);
  const std::int64_t begin_ms = monotonic_ms();
  process.reset();
  EXPECT_LT(monotonic_ms() - begin_ms, 15'000);
  for (std::size_t start = 0; start < 2; ++start) {
    // The second one's parent is gone: whoever inherited it reaps it when it comes to that.
    const std::int64_t until_ms = monotonic_ms() + kLong;
    bool gone = !is_there(start);
    while (!gone && monotonic_ms() < until_ms) {
      std::ifstream state("/proc/" + lines_of("starts").at(start) + "/stat");
      std::string text((std::istreambuf_iterator<char>(state)), std::istreambuf_iterator<char>());
      gone = text.empty() || text.find(") Z ") != std::string::npos;
    }
    EXPECT_TRUE(gone) << start;
  }
}

TEST_F(StdioProcessTest, a_call_that_nobody_waits_for_any_more_is_cancelled) {
  McpServer till = server(R"(
while read -r line; do
  printf '%s\n' "$line" >> "$1/heard"
  case "$line" in
    *'"initialize"'*) echo '{"jsonrpc":"2.0","id":1,"result":{"protocolVersion":"2025-11-25"}}';;
  esac
done)");
  till.timeout_ms = 1000;
  McpClient client(till);
  net::Client http;
  SystemRandom random;
  ToolDefinition pay;
  pay.name = "pay";
  pay.mcp = McpCall{"till", ""};
  Following following;
  following.pause = [](std::int64_t) { return false; };
  const ToolRun ran = client.call(http, pay, {}, "key", following, random);
  EXPECT_NE(ran.kind, ToolRun::Kind::kDone);
  const std::int64_t until_ms = monotonic_ms() + kLong;
  while (lines_of("heard").size() < 4 && monotonic_ms() < until_ms) {
  }
  const std::vector<std::string> heard = lines_of("heard");
  ASSERT_EQ(heard.size(), 4U);
  const auto call = json::parse(heard[2]);
  const auto cancel = json::parse(heard[3]);
  ASSERT_TRUE(call && cancel);
  EXPECT_EQ(call->string_or("method"), "tools/call");
  EXPECT_EQ(cancel->string_or("method"), "notifications/cancelled");
  EXPECT_EQ((*cancel)["params"]["requestId"], (*call)["id"]);
}

}  // namespace
}  // namespace fermata::agents
