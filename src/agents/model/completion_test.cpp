#include "agents/model/completion.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "agents/loop/journal.hpp"

namespace fermata::agents {
namespace {

constexpr std::int64_t kMany = 10'000;

json::Value parsed(const std::string& text) { return *json::parse(text); }

ModelDefinition model() {
  ModelDefinition made;
  made.url = "http://127.0.0.1/v1";
  made.name = "m";
  made.parameters = {{"temperature", 0}};
  return made;
}

ModelRequest request() {
  return {{json::Object{{"role", "user"}, {"content", "hi"}}},
          {json::Object{{"type", "function"}}},
          {"Observation:"}};
}

json::Value piece(const std::string& tool_calls) {
  return parsed(R"({"choices":[{"delta":{"tool_calls":)" + tool_calls +
                R"(},"finish_reason":null}]})");
}

TEST(CompletionBody, holds_what_was_asked_and_the_configured_parameters) {
  EXPECT_EQ(json::write(completion_body(model(), request(), {})),
            R"({"model":"m","messages":[{"role":"user","content":"hi"}],"stop":["Observation:"],)"
            R"("tools":[{"type":"function"}],"tool_choice":"required","stream":true,)"
            R"("stream_options":{"include_usage":true},"temperature":0})");
}

TEST(CompletionBody, sends_no_tool_choice_without_tools_or_when_it_is_switched_off) {
  ModelRequest last = request();
  last.tools.clear();
  EXPECT_TRUE(completion_body(model(), last, {})["tool_choice"].is_null());
  ModelDefinition off = model();
  off.tool_choice = "none";
  EXPECT_TRUE(completion_body(off, request(), {})["tool_choice"].is_null());
}

TEST(Adaptation, gives_up_tool_choice_in_two_steps) {
  const json::Value first = completion_body(model(), request(), {});
  const Adaptation softer = adapted({}, first, "tool_choice 'required' is not supported");
  const json::Value second = completion_body(model(), request(), softer);
  EXPECT_EQ(second.string_or("tool_choice"), "auto");
  const Adaptation none = adapted(softer, second, "tool_choice is not supported");
  EXPECT_TRUE(completion_body(model(), request(), none)["tool_choice"].is_null());
}

TEST(Adaptation, leaves_out_what_a_server_names_and_nothing_else) {
  const json::Value body = completion_body(model(), request(), {});
  EXPECT_TRUE(adapted({}, body, "Unrecognized argument: stream_options").no_stream_options);
  EXPECT_TRUE(adapted({}, body, "unsupported parameter: 'stop'").no_stop);
  EXPECT_EQ(adapted({}, body, "the context is too long"), Adaptation{});
}

TEST(Completion, is_read_whole) {
  const auto answer = read_completion(parsed(
      R"({"choices":[{"message":{"content":null,"tool_calls":[{"id":"x","type":"function",
          "function":{"name":"lookup","arguments":"{\"order\":\"o1\"}"}}]},
          "finish_reason":"tool_calls"}],"usage":{"prompt_tokens":11,"completion_tokens":5}})"));
  ASSERT_TRUE(answer);
  ASSERT_EQ(answer->calls.size(), 1U);
  EXPECT_EQ(answer->calls[0].name, "lookup");
  EXPECT_EQ(json::write(answer->calls[0].arguments), R"({"order":"o1"})");
  EXPECT_EQ(answer->usage.input, 11);
  EXPECT_EQ(answer->usage.output, 5);
  EXPECT_FALSE(read_completion(parsed(R"({"choices":[]})")));
}

TEST(Completion, keeps_malformed_arguments_as_the_text_they_are) {
  const auto answer = read_completion(parsed(
      R"({"choices":[{"message":{"tool_calls":[{"function":{"name":"a","arguments":"{\"x\":"}}]},
          "finish_reason":"tool_calls"}]})"));
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->calls[0].arguments, json::Value("{\"x\":"));
}

TEST(StreamedAnswer, puts_interleaved_calls_together_by_index) {
  StreamedAnswer stream;
  for (
      const char* calls :
      {R"([{"index":0,"id":"a","function":{"name":"lookup","arguments":"{\"or"}}])",
       R"([{"index":1,"id":"a","function":{"name":"refund","arguments":"{\"amount\":"}}])",
       R"([{"index":0,"function":{"arguments":"der\":\"o1\"}"}},{"index":1,"function":{"arguments":"5}"}}])"})
    ASSERT_TRUE(stream.add(piece(calls), kMany));
  ASSERT_TRUE(
      stream.add(parsed(R"({"choices":[{"delta":{},"finish_reason":"tool_calls"}]})"), kMany));
  ASSERT_TRUE(stream.add(
      parsed(R"({"choices":[],"usage":{"prompt_tokens":3,"completion_tokens":4}})"), kMany));
  const auto answer = stream.finish();
  ASSERT_TRUE(answer);
  ASSERT_EQ(answer->calls.size(), 2U);
  EXPECT_EQ(json::write(answer->calls[0].arguments), R"({"order":"o1"})");
  EXPECT_EQ(answer->calls[1].name, "refund");
  EXPECT_EQ(json::write(answer->calls[1].arguments), R"({"amount":5})");
  EXPECT_EQ(answer->usage.output, 4);
}

TEST(StreamedAnswer, tells_calls_without_an_index_apart_by_their_id) {
  StreamedAnswer stream;
  for (const char* calls : {R"([{"id":"a","function":{"name":"lookup","arguments":"{}"}}])",
                            R"([{"id":"b","function":{"name":"lookup","arguments":"{\"n\""}}])",
                            R"([{"function":{"arguments":":1}"}}])"})
    ASSERT_TRUE(stream.add(piece(calls), kMany));
  ASSERT_TRUE(stream.add(parsed(R"({"choices":[{"delta":{},"finish_reason":"stop"}]})"), kMany));
  const auto answer = stream.finish();
  ASSERT_TRUE(answer);
  ASSERT_EQ(answer->calls.size(), 2U);
  EXPECT_EQ(json::write(answer->calls[1].arguments), R"({"n":1})");
}

TEST(StreamedAnswer, refuses_one_that_breaks_off_fails_or_does_not_end) {
  StreamedAnswer broken_off;
  ASSERT_EQ(broken_off.add(parsed(R"({"choices":[{"delta":{"content":"hal"}}]})"), kMany), "hal");
  EXPECT_EQ(broken_off.finish().error().reason, "model.bad_answer");
  StreamedAnswer failing;
  EXPECT_THAT(failing.add(parsed(R"({"error":{"message":"overloaded"}})"), kMany).error().message,
              ::testing::HasSubstr("overloaded"));
  StreamedAnswer endless;
  EXPECT_FALSE(endless.add(parsed(R"({"choices":[{"delta":{"content":"too much"}}]})"), 3));
}

TEST(Answer, survives_the_journal) {
  Answer answer{"text", {{"a", json::Object{{"x", 1}}}, {"b", "raw"}}, "stop", {3, 4}};
  EXPECT_EQ(to_value(answer_from(to_value(answer))), to_value(answer));
  EXPECT_EQ(to_value(answer_from(to_value(Answer{}))), to_value(Answer{}));
}

}  // namespace
}  // namespace fermata::agents
