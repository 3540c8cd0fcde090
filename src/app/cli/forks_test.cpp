#include "app/cli/forks.hpp"

#include <gtest/gtest.h>

namespace fermata::app::cli {
namespace {

json::Value call(const std::string& kind, const std::string& tool, const json::Value& result) {
  return json::Object{{"kind", kind},
                      {"tool", tool},
                      {"arguments", json::Object{{"order", "A"}}},
                      {"state", "done"},
                      {"result", result}};
}

json::Value row(const std::string& key,
                const json::Value& left,
                const json::Value& right,
                bool same = false) {
  return json::Object{{"key", key}, {"left", left}, {"right", right}, {"same", same}};
}

json::Value ended(const std::string& id, const json::Value& result) {
  return json::Object{{"id", id}, {"status", "completed"}, {"result", result}};
}

std::string told(const json::Array& rows, bool everything = false) {
  const json::Value both = json::Object{{"left", ended("wf_1", std::string(3000, 'y'))},
                                        {"right", ended("wf_2", "short")}};
  return render_comparison(Style{}, both, rows, everything);
}

const json::Value kBriefing = call("value", "briefing", std::string(4000, 'b'));

TEST(Comparison, cuts_long_values_unless_everything_is_asked_for) {
  const json::Value answer = call("model", "m", std::string(3000, 'x'));
  const json::Array rows{row("run/m1", answer, call("model", "m", "brief"))};
  const std::string text = told(rows);
  EXPECT_LT(text.size(), 400U) << text;
  EXPECT_NE(text.find("…"), std::string::npos);
  EXPECT_NE(text.find("> m -> \"brief\""), std::string::npos) << text;
  const std::string whole = told(rows, true);
  EXPECT_NE(whole.find(std::string(3000, 'x')), std::string::npos);
  EXPECT_NE(whole.find(std::string(3000, 'y')), std::string::npos);
}

TEST(Comparison, leaves_out_what_a_run_records_of_itself_where_it_does_not_matter) {
  json::Object waited{{"kind", "value"},
                      {"tool", "ship"},
                      {"state", "failed"},
                      {"error", json::Object{{"message", "no worker serves the tools"}}}};
  const json::Value paid = call("tool", "refund", "paid");
  const json::Array rows{row("run/briefing", kBriefing, kBriefing, true),
                         row("run/tools/1/silent/1", waited, json::Value()),
                         row("run/t:1:refund", paid, paid, true),
                         row("run/t:2:refund", paid, call("tool", "refund", "paid late"))};
  const std::string text = told(rows);
  EXPECT_EQ(text.find("briefing"), std::string::npos) << text;
  EXPECT_EQ(text.find("no worker serves"), std::string::npos) << text;
  EXPECT_NE(text.find("= the first call is the same\n< refund order=\"A\" -> \"paid\"\n"
                      "> refund order=\"A\" -> \"paid late\"\n"),
            std::string::npos)
      << text;
  EXPECT_NE(told(rows, true).find("no worker serves"), std::string::npos);
}

TEST(Comparison, tells_that_the_agent_is_another) {
  const json::Array rows{row("run/briefing", kBriefing, call("value", "briefing", "other"))};
  EXPECT_NE(told(rows).find("> briefing -> \"other\""), std::string::npos);
}

TEST(Comparison, shows_a_result_of_python_as_a_person_reads_it) {
  const json::Value exact = json::Object{{"$py", "opaque"}, {"value", 1.5}};
  const json::Array rows{row("run/t:1:f", call("tool", "f", exact), json::Value())};
  EXPECT_NE(told(rows).find("< f order=\"A\" -> 1.5"), std::string::npos) << told(rows);
}

}  // namespace
}  // namespace fermata::app::cli
