// A random agent is run once, with everything journaled; replayed from any prefix of its journal it
// needs exactly what it needed there the first time, and at the end the same answer comes out.

#include <gtest/gtest.h>

#include <random>
#include <set>

#include "agents/loop/journal.hpp"

namespace fermata::agents {
namespace {

constexpr int kSeeds = 300;

class Story {
 public:
  explicit Story(std::uint64_t seed) : chance_(seed) {
    briefing_.max_steps = 1 + pick(6);
    briefing_.planning_interval = pick(3);
    briefing_.history = pick(2) == 0 ? HistoryStyle::kNative : HistoryStyle::kSmolagents;
    for (const char* name : {"look", "pay"})
      briefing_.tools.push_back({name, "A tool.", json::Object{{"type", "object"}}});
  }

  Machine machine() const { return {briefing_, "task"}; }

  // The record that a runtime would have made of what is needed.
  std::vector<json::Value> act(const Need& need) {
    if (const auto* asked = std::get_if<AskModel>(&need)) {
      const std::string notes = pick(3) == 0 ? "note " + std::to_string(pick(9)) : "";
      return {json::Object{{"key", asked->key},
                           {"kind", "model"},
                           {"state", "done"},
                           {"arguments", json::Object{{"notes", notes}}},
                           {"request_hash", asked->request_hash},
                           {"result", to_value(answer())}}};
    }
    std::vector<json::Value> records;
    for (const PlannedCall& call : std::get<RunTools>(need).calls) {
      json::Object record{{"key", call.key}, {"kind", "tool"}, {"tool", call.name}};
      record.set("arguments", call.arguments);
      outcome(record);
      records.emplace_back(std::move(record));
    }
    return records;
  }

 private:
  int pick(int below) { return static_cast<int>(chance_() % static_cast<unsigned>(below)); }

  Answer answer() {
    static const char* const kNames[] = {"look", "pay", "final_answer", "unknown"};
    Answer made;
    made.content = pick(3) == 0 ? "{\"name\": \"look\", \"arguments\": {}}" : "words";
    made.finish_reason = pick(8) == 0 ? "length" : "stop";
    for (int n = pick(4); n > 0; --n)
      made.calls.push_back(
          {kNames[pick(4)],
           pick(5) == 0 ? json::Value("broken {") : json::Value(json::Object{{"n", pick(3)}})});
    return made;
  }

  void outcome(json::Object& record) {
    switch (pick(4)) {
      case 0:
        record.set("state", "denied");
        record.set("denial", json::Object{{"reason", "policy.denied"}, {"message", "no"}});
        return;
      case 1:
        record.set("state", "failed");
        record.set("error", json::Object{{"type", "HttpError"}, {"message", "500"}});
        return;
      default:
        record.set("state", "done");
        record.set("result", json::Object{{"value", pick(100)}});
        if (pick(3) == 0) record.set("effective_arguments", json::Object{{"n", 77}});
    }
  }

  std::mt19937_64 chance_;
  Briefing briefing_;
};

// What is asked for, in a form that can be compared.
std::string shape(const Machine& machine) {
  if (const auto* asked = std::get_if<AskModel>(&machine.need()))
    return asked->key + asked->request_hash + json::write(machine.request("").messages);
  if (const auto* run = std::get_if<RunTools>(&machine.need())) {
    std::string text = run->why;
    for (const PlannedCall& call : run->calls) text += call.key + json::write(call.arguments);
    return text;
  }
  return json::write(std::get<Finish>(machine.need()).result);
}

TEST(Replay, needs_the_same_from_every_prefix_of_the_journal) {
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Story story(seed);
    Journal journal;
    Machine live = story.machine();
    std::set<std::string> keys;
    while (!std::holds_alternative<Finish>(live.need())) {
      Machine again = story.machine();
      ASSERT_TRUE(replay(again, journal));
      ASSERT_EQ(shape(again), shape(live));
      const std::vector<json::Value> records = story.act(live.need());
      for (std::size_t i = 0; i < records.size(); ++i) {
        ASSERT_TRUE(keys.insert(records[i].string_or("key")).second) << "a key came twice";
        journal.put(records[i]);
        // Between two calls of a batch: it waits for the rest.
        Machine between = story.machine();
        ASSERT_TRUE(replay(between, journal));
        if (i + 1 < records.size()) {
          ASSERT_EQ(shape(between), shape(live));
        }
      }
      ASSERT_TRUE(replay(live, journal));
    }
    Machine last = story.machine();
    ASSERT_TRUE(replay(last, journal));
    ASSERT_EQ(shape(last), shape(live));
  }
}

json::Value tool_record(const std::string& key, const char* state, const char* hash, int attempt) {
  return json::Object{{"key", key},
                      {"kind", "tool"},
                      {"tool", "pay"},
                      {"state", state},
                      {"request_hash", hash},
                      {"attempt", attempt},
                      {"result", "paid"}};
}

TEST(Journal, a_call_that_was_opened_with_another_definition_is_void) {
  const PlannedCall call{"run/t:call_0001_000:pay", "pay", {}};
  Journal journal;
  EXPECT_EQ(journal.key_to_open(call, "aaaaaaaaaaaa"), call.key);
  journal.put(tool_record(call.key, "waiting", "aaaaaaaaaaaa", 0));
  EXPECT_EQ(journal.key_to_open(call, "aaaaaaaaaaaa"), call.key);
  EXPECT_EQ(journal.key_to_open(call, "bbbbbbbbbbbb"), call.key + "#bbbbbbbb");
  journal.put(tool_record(call.key + "#bbbbbbbb", "done", "bbbbbbbbbbbb", 1));
  EXPECT_TRUE(journal.outcome(call).has_value());
}

TEST(Journal, a_call_that_has_begun_keeps_its_definition) {
  const PlannedCall call{"run/t:call_0001_000:pay", "pay", {}};
  Journal journal;
  journal.put(tool_record(call.key, "running", "aaaaaaaaaaaa", 1));
  EXPECT_EQ(journal.key_to_open(call, "bbbbbbbbbbbb"), call.key);
  EXPECT_FALSE(journal.outcome(call).has_value());
}

TEST(Replay, stops_where_the_journal_holds_another_question) {
  Story story(1);
  Machine machine = story.machine();
  Journal journal;
  journal.put(json::Object{{"key", "run/m1"}, {"kind", "model"}, {"request_hash", "another"}});
  const Result<void> stopped = replay(machine, journal);
  ASSERT_FALSE(stopped);
  EXPECT_EQ(stopped.error().reason, "agents.diverged");
}

}  // namespace
}  // namespace fermata::agents
