#include "agents/loop/machine.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "agents/loop/journal.hpp"
#include "agents/loop/prompts.hpp"

namespace fermata::agents {
namespace {

json::Value parsed(const char* text) { return *json::parse(text); }

Briefing briefing() {
  Briefing made;
  made.instructions = "Be brief.";
  made.tools.push_back({"refund",
                        "Pays an order back.",
                        parsed(R"({"type":"object","properties":{"order":{"type":"string"},
                  "amount":{"type":"number"},"currency":{"type":"string","default":"EUR"}},
                  "required":["order","amount"],"additionalProperties":false})")});
  made.tools.push_back({"lookup",
                        "Looks an order up.",
                        parsed(R"({"type":"object","properties":{"order":{"type":"string"}},
                                   "required":["order"],"additionalProperties":false})")});
  made.max_steps = 3;
  return made;
}

Answer calls(std::vector<AskedCall> asked, std::string content = {}) {
  return {std::move(content), std::move(asked), "tool_calls", {7, 3}};
}
AskedCall refund(int amount) {
  return {"refund", json::Object{{"order", "o1"}, {"amount", amount}}};
}
AskedCall lookup(const char* order) { return {"lookup", json::Object{{"order", order}}}; }
AskedCall final_answer(json::Value answer) {
  return {"final_answer", json::Object{{"answer", std::move(answer)}}};
}
Outcome result(json::Value value) { return {.result = std::move(value)}; }

const AskModel& asked(const Machine& machine) { return std::get<AskModel>(machine.need()); }
const RunTools& run(const Machine& machine) { return std::get<RunTools>(machine.need()); }
const Finish& finish(const Machine& machine) { return std::get<Finish>(machine.need()); }

// The text of the last thing that the model is told.
std::string last_text(const Machine& machine) {
  return machine.request("").messages.back().string_or("content");
}

TEST(Machine, asks_runs_and_finishes) {
  Machine machine(briefing(), "Refund o1.");
  EXPECT_EQ(asked(machine).key, "run/m1");
  machine.answered(calls({lookup("o1"), refund(5)}, "First I look."), "");
  ASSERT_EQ(run(machine).calls.size(), 2U);
  EXPECT_EQ(run(machine).calls[0].key, "run/t:call_0001_000:lookup");
  EXPECT_EQ(run(machine).calls[1].key, "run/t:call_0001_001:refund");
  EXPECT_EQ(run(machine).why, "First I look.");
  machine.ran({result("paid 5"), result("done")});
  EXPECT_EQ(asked(machine).key, "run/m2");
  machine.answered(calls({final_answer("refunded")}), "");
  EXPECT_EQ(finish(machine).result, json::Value("refunded"));
  EXPECT_FALSE(finish(machine).out_of_steps);
}

TEST(Machine, fills_in_the_defaults_of_a_tools_arguments) {
  Machine machine(briefing(), "t");
  machine.answered(calls({refund(5)}), "");
  EXPECT_EQ(json::write(run(machine).calls[0].arguments),
            R"({"order":"o1","amount":5,"currency":"EUR"})");
}

TEST(Machine, tells_equal_calls_of_one_turn_apart) {
  Machine machine(briefing(), "t");
  machine.answered(calls({refund(5), refund(5)}), "");
  ASSERT_EQ(run(machine).calls.size(), 2U);
  EXPECT_NE(run(machine).calls[0].key, run(machine).calls[1].key);
}

TEST(Machine, a_mistake_in_one_call_keeps_no_other_from_running) {
  Machine machine(briefing(), "t");
  machine.answered(calls({lookup("o1"),
                          {"no_such_tool", json::Object{}},
                          {"refund", json::Object{{"order", 3}}},
                          {"refund", "not json {"}}),
                   "");
  ASSERT_EQ(run(machine).calls.size(), 1U);
  EXPECT_EQ(run(machine).calls[0].key, "run/t:call_0001_000:lookup");
  machine.ran({result("seen")});
  const json::Array messages = machine.request("").messages;
  ASSERT_EQ(messages.size(), 7U);  // system, task, assistant, four answers
  EXPECT_EQ(messages[3].string_or("content"), "seen");
  EXPECT_THAT(messages[4].string_or("content"), ::testing::HasSubstr("no tool 'no_such_tool'"));
  EXPECT_THAT(messages[5].string_or("content"), ::testing::HasSubstr("amount"));
  EXPECT_THAT(messages[6].string_or("content"), ::testing::HasSubstr("not json {"));
}

TEST(Machine, refuses_a_mixed_final_answer_before_anything_runs) {
  Machine machine(briefing(), "t");
  machine.answered(calls({refund(5), final_answer("done")}), "");
  EXPECT_EQ(asked(machine).key, "run/m2");
  EXPECT_EQ(last_text(machine), kMixedFinalAnswer);
}

TEST(Machine, takes_a_call_from_the_text_of_an_answer) {
  Machine machine(briefing(), "t");
  machine.answered(
      {"Action: {\"name\": \"lookup\", \"arguments\": {\"order\": \"o9\"}} done", {}, "stop", {}},
      "");
  ASSERT_EQ(run(machine).calls.size(), 1U);
  EXPECT_EQ(json::write(run(machine).calls[0].arguments), R"({"order":"o9"})");
}

TEST(Machine, an_answer_without_a_call_or_cut_at_its_length_costs_a_step) {
  Machine machine(briefing(), "t");
  machine.answered({"I would rather talk.", {}, "stop", {}}, "");
  EXPECT_THAT(last_text(machine), ::testing::HasSubstr("no tool call"));
  Answer cut_off = calls({refund(5)});
  cut_off.finish_reason = "length";
  machine.answered(cut_off, "");
  EXPECT_EQ(asked(machine).step, 3);
  EXPECT_THAT(last_text(machine), ::testing::HasSubstr("length limit"));
}

TEST(Machine, asks_for_last_words_without_tools_when_the_steps_are_used_up) {
  Machine machine(briefing(), "Refund o1.");
  for (int step = 0; step < 3; ++step) {
    machine.answered(calls({lookup("o1")}), "");
    machine.ran({result("nothing")});
  }
  EXPECT_EQ(asked(machine).purpose, Purpose::kLast);
  EXPECT_EQ(asked(machine).key, "run/m4");
  EXPECT_TRUE(machine.request("").tools.empty());
  machine.answered({"I could not.", {}, "stop", {}}, "");
  EXPECT_EQ(finish(machine).result, json::Value("I could not."));
  EXPECT_TRUE(finish(machine).out_of_steps);
}

TEST(Machine, plans_first_and_again_at_the_interval) {
  Briefing planning = briefing();
  planning.planning_interval = 2;
  Machine machine(planning, "Refund o1.");
  std::string purposes;
  for (int i = 0; i < 3; ++i) {
    if (asked(machine).purpose == Purpose::kPlan) {
      purposes += 'p';
      EXPECT_EQ(machine.request("").stop, json::Array{"<end_plan>"});
      machine.answered({"1. look<end_plan> more", {}, "stop", {}}, "");
    }
    purposes += 'a';
    EXPECT_EQ(asked(machine).purpose, Purpose::kAct);
    machine.answered(calls({lookup("o1")}), "");
    machine.ran({result("x")});
  }
  EXPECT_EQ(purposes, "paapa");
}

TEST(Machine, cuts_observations_at_their_limit_and_never_within_a_character) {
  Briefing small = briefing();
  small.observation_chars = 3;
  Machine machine(small, "t");
  machine.answered(calls({lookup("o1")}), "");
  machine.ran({result("äöüß")});
  EXPECT_THAT(last_text(machine), ::testing::StartsWith("äöü\n[cut here: 2 more bytes"));
}

TEST(Machine, tells_of_denials_and_errors_in_their_own_words) {
  Machine machine(briefing(), "t");
  machine.answered(calls({refund(5), lookup("o1")}), "");
  machine.ran({{.kind = Outcome::Kind::kDenied, .message = "Not allowed: too much"},
               {.kind = Outcome::Kind::kError, .message = "HttpError: 404"}});
  const json::Array messages = machine.request("").messages;
  EXPECT_EQ(messages[3].string_or("content"), "Not allowed: too much");
  EXPECT_EQ(messages[4].string_or("content"), "The call failed: HttpError: 404");
}

TEST(Machine, gives_notes_once_and_keeps_them_in_their_place) {
  Machine machine(briefing(), "t");
  EXPECT_THAT(machine.request("two approvals are open").messages.back().string_or("content"),
              ::testing::EndsWith("two approvals are open"));
  machine.answered(calls({lookup("o1")}), "two approvals are open");
  machine.ran({result("x")});
  const json::Array messages = machine.request("").messages;
  EXPECT_EQ(messages[1].string_or("content"), "New task:\nt\ntwo approvals are open");
}

TEST(History, smolagents_style_is_text_of_two_sides_that_take_turns) {
  Briefing style = briefing();
  style.history = HistoryStyle::kSmolagents;
  Machine machine(style, "Refund o1.");
  machine.answered(calls({lookup("it's"), refund(5)}, "I look."), "");
  machine.ran({result(parsed(R"({"paid":true,"by":null})")), result("ok")});
  const ModelRequest request = machine.request("");
  ASSERT_EQ(request.messages.size(), 4U);
  EXPECT_EQ(request.messages[2].string_or("role"), "assistant");
  EXPECT_EQ(request.messages[2].string_or("content"),
            "I look.\nCalling tools:\n"
            "[{'id': 'call_0001_000', 'type': 'function', 'function': {'name': 'lookup', "
            "'arguments': {'order': \"it's\"}}}, "
            "{'id': 'call_0001_001', 'type': 'function', 'function': {'name': 'refund', "
            "'arguments': {'order': 'o1', 'amount': 5}}}]");
  EXPECT_EQ(request.messages[3].string_or("content"),
            "Observation:\n{'paid': True, 'by': None}\nok");
  EXPECT_EQ(json::write(request.stop), R"(["Observation:","Calling tools:"])");
}

TEST(History, native_style_answers_every_call_by_its_id) {
  Machine machine(briefing(), "Refund o1.");
  machine.answered(calls({lookup("o1"), {"refund", "broken"}}), "");
  machine.ran({result(parsed(R"({"paid":5})"))});
  const json::Array messages = machine.request("").messages;
  EXPECT_TRUE(messages[2]["content"].is_null());
  EXPECT_EQ(json::write(messages[2]["tool_calls"]),
            R"([{"id":"call_0001_000","type":"function","function":{"name":"lookup",)"
            R"("arguments":"{\"order\":\"o1\"}"}},{"id":"call_0001_001","type":"function",)"
            R"("function":{"name":"refund","arguments":"{}"}}])");
  EXPECT_EQ(messages[3].string_or("tool_call_id"), "call_0001_000");
  EXPECT_EQ(messages[3].string_or("content"), R"({"paid":5})");
  EXPECT_EQ(messages[4].string_or("tool_call_id"), "call_0001_001");
}

TEST(Briefing, survives_the_journal) {
  Briefing made = briefing();
  made.history = HistoryStyle::kSmolagents;
  made.planning_interval = 4;
  EXPECT_EQ(to_value(briefing_from(to_value(made))), to_value(made));
}

TEST(Task, is_a_text_or_an_object_with_values) {
  EXPECT_EQ(task_text("Do it."), "Do it.");
  EXPECT_EQ(task_text(parsed(R"({"task":"Do it.","order":"o1"})")),
            "Do it.\n\nThese values come with the task:\n{\n  \"order\": \"o1\"\n}");
}

}  // namespace
}  // namespace fermata::agents
