#include "app/cli/timeline.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "app/cli/request_view.hpp"
#include "app/cli/workflow_view.hpp"

namespace fermata::app::cli {
namespace {

// Events of one workflow, at chosen seconds.
class Story {
 public:
  Story& at(std::int64_t second) {
    second_ = second;
    return *this;
  }
  Story& add(const std::string& type, std::string_view payload, const std::string& person = "") {
    json::Object actor{{"kind", person.empty() ? "agent" : "person"},
                       {"id", person.empty() ? "bot" : person}};
    events_.push_back(json::Object{{"version", static_cast<std::int64_t>(events_.size()) + 1},
                                   {"type", type},
                                   {"at", to_rfc3339(second_ * 1000)},
                                   {"actor", std::move(actor)},
                                   {"door", "rest"},
                                   {"payload", *json::parse(payload)}});
    return *this;
  }
  std::string told() const { return Timeline(Style{}).tell(events_); }
  const std::vector<json::Value>& events() const { return events_; }

 private:
  std::int64_t second_ = 1'000'000;
  std::vector<json::Value> events_;
};

constexpr const char* kOpened =
    R"({"call":"cl_x_1","tool":"refund","arguments":{"amount":250},"effect":"ask"})";
constexpr const char* kAsked =
    R"({"approval":"ap_x_1","call":"cl_x_1","thresholds":[{"from":"finance","approve":2,"reject":1}],
        "question":{"kind":"call","action":"refund","arguments":{"amount":250}}})";

Story begun() {
  Story story;
  story.add("workflow.created", R"({"agent":"bot","on_behalf_of":"ada"})")
      .add("turn.started", R"({"turn":1,"worker":"w1","lease_ms":30000})");
  return story;
}

TEST(Timeline, ordinary_steps_are_counted_where_it_is_folded) {
  Story story = begun();
  for (const char* call : {"cl_x_2", "cl_x_3"}) {
    const std::string id = std::string(R"({"call":")") + call + '"';
    story.add("call.recorded", R"({"call":"cl_x_9","kind":"model","tool":"m","error":null})")
        .add("call.opened", id + R"(,"tool":"look_up","arguments":{}})")
        .add("call.started", id + R"(,"attempt":1,"turn":1})")
        .add("call.closed", id + R"(,"result":5,"error":null})");
  }
  // What people were asked about is told, how it then ran as well; so is what failed.
  story.add("call.opened", kOpened)
      .add("approval.requested", kAsked)
      .add("call.started", R"({"call":"cl_x_1","attempt":1,"turn":1})")
      .add("call.closed", R"({"call":"cl_x_1","result":{"$py":"...","value":"paid"},"error":null})")
      .add("call.opened", R"({"call":"cl_x_4","tool":"look_up","arguments":{}})")
      .add("call.started", R"({"call":"cl_x_4","attempt":1,"turn":1})")
      .add("call.closed", R"({"call":"cl_x_4","error":{"type":"Timeout","message":"slow"}})");
  EXPECT_EQ(Timeline(Style{}, Timeline::Steps::kFolded).tell(story.events()),
            "       start  ○ created by agent bot, for ada\n"
            "       start  ▶ turn 1 begins: worker w1\n"
            "                ⋮ 4 ordinary steps\n"
            "       start  ? refund(amount=250) asks 2 of finance  request #1\n"
            "       start  ✓ refund(amount=250) → \"paid\"  in 0 ms\n"
            "       start  ✗ look_up(): Timeout: slow  in 0 ms\n");
}

TEST(Timeline, the_reason_of_a_failed_workflow_is_told_in_full) {
  const std::string why(500, 'w');
  Story story = begun();
  story.add("workflow.failed", R"({"error":{"type":"model.refused","message":")" + why + "\"}}");
  EXPECT_NE(story.told().find("● failed: model.refused: " + why + "\n"), std::string::npos)
      << story.told();
}

TEST(Timeline, a_call_that_runs_is_one_line_with_its_result) {
  Story story = begun();
  story.at(1'000'001)
      .add("call.opened", R"({"call":"cl_x_1","tool":"look_up","arguments":{"id":"A"}})")
      .add("call.started", R"({"call":"cl_x_1","attempt":1,"turn":1})")
      .at(1'000'003)
      .add("call.closed", R"({"call":"cl_x_1","result":{"amount":5},"error":null})");
  EXPECT_EQ(story.told(),
            "       start  ○ created by agent bot, for ada\n"
            "       start  ▶ turn 1 begins: worker w1\n"
            "      +1.0 s  ✓ look_up(id=\"A\") → {\"amount\":5}  in 2.0 s\n");
}

TEST(Timeline, calls_side_by_side_keep_their_own_lines) {
  Story story = begun();
  story.add("call.opened", R"({"call":"cl_x_1","tool":"a","arguments":{}})")
      .add("call.started", R"({"call":"cl_x_1","attempt":1})")
      .add("call.opened", R"({"call":"cl_x_2","tool":"b","arguments":{}})")
      .add("call.started", R"({"call":"cl_x_2","attempt":1})")
      .add("call.closed", R"({"call":"cl_x_1","result":1})")
      .add("call.closed", R"({"call":"cl_x_2","error":{"type":"E","message":"no\u001b"}})");
  const std::string told = story.told();
  EXPECT_NE(told.find("▷ a() runs\n"), std::string::npos) << told;
  EXPECT_NE(told.find("✓ a() → 1"), std::string::npos) << told;
  EXPECT_NE(told.find("✗ b(): E: no\\u{1B}"), std::string::npos) << told;
}

TEST(Timeline, a_wait_is_drawn_with_what_was_waited_for) {
  Story story = begun();
  story.add("call.opened", kOpened)
      .add("approval.requested", kAsked)
      .add("turn.ended", R"({"turn":1})")
      .at(1'007'500)
      .add("approval.decided",
           R"({"approval":"ap_x_1","person":"grace","decision":"approve","reason":"fine"})",
           "grace")
      .at(1'007'520)
      .add("approval.decided",
           R"({"approval":"ap_x_1","person":"alan","decision":"approve","reason":""})",
           "alan")
      .add("approval.closed", R"({"approval":"ap_x_1","status":"approved","by":"alan"})")
      .add("call.granted", R"({"call":"cl_x_1","approval":"ap_x_1"})");
  const std::string told = story.told();
  EXPECT_NE(told.find("? refund(amount=250) asks 2 of finance  request #1\n"), std::string::npos)
      << told;
  EXPECT_NE(told.find("■ turn 1 ends, waiting for request #1\n"), std::string::npos) << told;
  EXPECT_NE(told.find("┊ 2 h 5 min, waiting for request #1\n"), std::string::npos) << told;
  EXPECT_NE(told.find("✓ grace approves request #1 refund: fine  by rest\n"), std::string::npos)
      << told;
  EXPECT_NE(told.find("✓ alan approves request #1 refund  by rest; it is approved\n"),
            std::string::npos)
      << told;
}

TEST(Timeline, a_killed_turn_is_seen_where_the_next_one_takes_over) {
  Story story = begun();
  story.at(1'000'060).add("turn.started", R"({"turn":2,"worker":"w2"})");
  const std::string told = story.told();
  EXPECT_NE(told.find("┊ 1 min, nothing heard of worker w1\n"), std::string::npos) << told;
  EXPECT_NE(told.find("⚡ turn 1 of worker w1 never ended: it was killed or cut off\n"),
            std::string::npos)
      << told;
  EXPECT_NE(told.find("▶ turn 2 takes over: worker w2\n"), std::string::npos) << told;
}

TEST(Timeline, what_a_crash_left_open_is_tried_again_or_asked) {
  Story story = begun();
  story.add("call.opened", kOpened)
      .add("call.started", R"({"call":"cl_x_1","attempt":2})")
      .add("approval.requested",
           R"({"approval":"ap_x_2","call":"cl_x_1","thresholds":[],
               "question":{"kind":"in_doubt","action":"refund","arguments":{"amount":250}}})");
  const std::string told = story.told();
  EXPECT_NE(told.find("↻ refund(amount=250) is tried again under the same key, attempt 2"),
            std::string::npos)
      << told;
  EXPECT_NE(told.find("! in doubt, did it happen? refund(amount=250) asks nobody"),
            std::string::npos)
      << told;
}

TEST(Timeline, an_edit_shows_what_it_changed_and_what_came_of_it) {
  Story story = begun();
  story.add("call.opened", kOpened)
      .add("approval.requested", kAsked)
      .add("approval.edited",
           R"({"approval":"ap_x_1","person":"grace","reason":"too much","arguments":{"amount":80},
               "thresholds":[{"from":"finance","approve":1,"reject":1}]})",
           "grace")
      .add("approval.decided",
           R"({"approval":"ap_x_1","person":"grace","decision":"edit"})",
           "grace")
      .add("approval.closed", R"({"approval":"ap_x_1","status":"approved","by":"grace"})");
  const std::string told = story.told();
  EXPECT_NE(told.find("✎ grace edits request #1 refund: too much; it asks 1 of finance anew; it is "
                      "approved\n                amount: 250 → 80\n"),
            std::string::npos)
      << told;
  EXPECT_EQ(std::count(told.begin(), told.end(), '\n'), 5) << told;
}

TEST(Timeline, a_rollback_opens_a_branch_and_names_the_effects_that_stay) {
  Story story = begun();
  story.add("checkpoint.created", R"({"checkpoint":"cp_x_1","name":"start"})")
      .add("call.opened", R"({"call":"cl_x_1","tool":"refund","arguments":{"amount":5}})")
      .add("call.started", R"({"call":"cl_x_1","attempt":1})")
      .add("call.closed", R"({"call":"cl_x_1","result":true})")
      .add("workflow.rolled_back",
           R"({"checkpoint":"cp_x_1","epoch":1,"parent":0,"reason":"wrong order",
               "dropped":["cl_x_1"],"undone":["cl_x_1"]})",
           "ada")
      .add("turn.started", R"({"turn":2,"worker":"w2"})");
  const std::string told = story.told();
  EXPECT_NE(told.find("↩ person ada rolls back to checkpoint #1: wrong order; 1 call leaves the "
                      "branch\n                its effect stays: refund(amount=5)\n"
                      "                └ branch 1\n"),
            std::string::npos)
      << told;
  EXPECT_NE(told.find("┆ ▶ turn 2 begins: worker w2\n"), std::string::npos) << told;
}

TEST(Timeline, a_rollback_says_what_is_to_be_undone_and_by_what) {
  Story story = begun();
  story.add("checkpoint.created", R"({"checkpoint":"cp_x_1","name":"start"})")
      .add("call.opened", R"({"call":"cl_x_1","tool":"book","arguments":{},"undo":"unbook"})")
      .add("call.started", R"({"call":"cl_x_1","attempt":1})")
      .add("call.closed", R"({"call":"cl_x_1","result":true})")
      .add("call.opened", R"({"call":"cl_x_2","tool":"mail","arguments":{},"undo":""})")
      .add("call.started", R"({"call":"cl_x_2","attempt":1})")
      .add("call.closed", R"({"call":"cl_x_2","result":true})")
      .add("call.opened", R"({"call":"cl_x_3","tool":"pay","arguments":{},"undo":"unpay"})")
      .add("call.started", R"({"call":"cl_x_3","attempt":1})")
      .add("workflow.rolled_back",
           R"({"checkpoint":"cp_x_1","epoch":1,"parent":0,"dropped":["cl_x_1","cl_x_2","cl_x_3"],
               "undone":["cl_x_3","cl_x_2","cl_x_1"]})",
           "ada");
  const std::string told = story.told();
  EXPECT_NE(told.find("                its effect stays: pay()\n"  // Perhaps it did not happen.
                      "                its effect stays: mail()\n"
                      "                to be undone by unbook: book()\n"),
            std::string::npos)
      << told;
}

TEST(Timeline, is_the_same_told_at_once_or_in_pieces_that_end_where_lines_do) {
  Story story = begun();
  story.add("call.opened", kOpened)
      .add("approval.requested", kAsked)
      .at(1'000'100)
      .add("workflow.cancelled", R"({"reason":"enough"})", "ada");
  Timeline pieces{Style{}};
  std::string told;
  for (const json::Value& event : story.events()) told += pieces.tell({event});
  EXPECT_EQ(told, story.told());
}

TEST(WorkflowView, ends_with_what_waits_for_people) {
  Story story = begun();
  const json::Value workflow = *json::parse(
      R"({"id":"wf_x","name":"run","agent":"bot","status":"waiting","calls":{"total":1,"open":1},
          "created_at":"1970-01-12T13:46:40.000Z","pending_approvals":["ap_x_1"]})");
  const std::string text =
      render_workflow({}, workflow, story.events(), Timeline::Steps::kAll, 1'000'060'000);
  EXPECT_EQ(text.find("wf_x  run\nagent bot · waiting · 1 min · 1 call, 1 open\n"), 0U) << text;
  EXPECT_NE(text.find("Waiting for people; fermata approvals show <id>\n  ap_x_1\n"),
            std::string::npos);
}

TEST(WorkflowView, says_of_each_effect_that_a_rollback_left_how_its_undoing_went) {
  Story story = begun();
  story.add("call.opened", R"({"call":"cl_x_1","tool":"book","arguments":{},"undo":"unbook"})")
      .add("workflow.rolled_back",
           R"({"checkpoint":"cp_x_1","epoch":1,"dropped":["cl_x_1"],"undone":["cl_x_1"]})",
           "ada");
  const auto told = [&](const std::string& state, const std::string& more) {
    const json::Value workflow =
        *json::parse(R"({"id":"wf_x","undo":[{"call":"cl_x_1","undo_tool":"unbook","state":")" +
                     state + "\"" + more + "}]}");
    const std::string text =
        render_workflow({}, workflow, story.events(), Timeline::Steps::kFolded, 1'000'060'000);
    const std::size_t end = text.find(": book()");
    const std::size_t begin = text.rfind("  ", end);
    return text.substr(begin + 2, text.find('\n', end) - begin - 2);
  };
  EXPECT_EQ(told("pending", ""), "to be undone by unbook: book()");
  EXPECT_EQ(told("pending", R"(,"error":"busy")"), "to be undone by unbook: book(): busy");
  EXPECT_EQ(told("running", ""), "is being undone by unbook: book()");
  EXPECT_EQ(told("waiting", ""), "unbook, which undoes it, waits for people: book()");
  EXPECT_EQ(told("done", ""), "undone by unbook: book()");
  EXPECT_EQ(told("failed", R"(,"error":"no seat")"),
            "its effect stays, because unbook failed: book(): no seat");
  EXPECT_EQ(told("refused", R"(,"error":"keep it")"),
            "its effect stays, because unbook was refused: book(): keep it");
  EXPECT_EQ(told("impossible", R"(,"error":"it is not known whether it happened")"),
            "its effect stays: book(): it is not known whether it happened");
}

TEST(RequestView, shows_what_is_bound_first_and_the_agents_words_last_and_marked) {
  const json::Value request = *json::parse(
      R"({"id":"ap_x_1","status":"pending","kind":"call","action":"refund","hash":"h1",
          "arguments":{"amount":250},"original_arguments":{"amount":300},
          "requester":{"kind":"agent","id":"bot"},"on_behalf_of":"ada","rule":"large",
          "why":"please\u202e","thresholds":[{"from":"finance","approve":2,"reject":1}],
          "needed":[{"from":"finance","approve":2,"given":1}],
          "decisions":[{"person":"grace","decision":"approve","door":"cli","counts":false}]})");
  const std::string text = render_request({}, request, 0);
  const auto place = [&](const char* words) { return text.find(words); };
  EXPECT_LT(place("agent bot for ada wants to run refund"), place("amount  250"));
  EXPECT_LT(place("amount  250"), place("In the agent's own words"));
  EXPECT_LT(place("In the agent's own words"), place("    │ please\\u{202E}"));
  for (const char* words : {"amount: 300 → 250",
                            "finance 1 of 2",
                            "2 of finance must agree",
                            "h1",
                            "grace approve by cli",
                            "no longer counts"}) {
    EXPECT_NE(place(words), std::string::npos) << words << "\n" << text;
  }
}

TEST(RequestView, says_how_it_ended_and_by_whom) {
  const json::Value request = *json::parse(
      R"({"status":"rejected","closed_at":"1970-01-01T00:01:00Z",
          "outcome":{"status":"rejected","by":"grace","reason":"fraud"}})");
  EXPECT_EQ(render_outcome(request, 120'000), "rejected by grace, 1 min ago: fraud");
  EXPECT_EQ(render_outcome(json::Object{{"outcome", nullptr}}, 0), "");
}

TEST(Timeline, verbs_and_the_clock_are_told_in_plain_sentences) {
  const std::string told =
      begun()
          .add("call.opened", kOpened)
          .add("approval.requested", kAsked)
          .add("approval.claimed", R"({"approval":"ap_x_1","person":"eva","by":"eva"})", "eva")
          .add("approval.claimed", R"({"approval":"ap_x_1","person":"eva","by":"ben"})", "ben")
          .add("approval.released", R"({"approval":"ap_x_1","person":"eva"})", "eva")
          .add("approval.commented",
               R"({"approval":"ap_x_1","text":"why?","reply_to":0,"for_agent":true,"asks":true})",
               "eva")
          .add("approval.commented",
               R"({"approval":"ap_x_1","text":"late","reply_to":1,"for_agent":true,"asks":false})")
          .add("approval.commented",
               R"({"approval":"ap_x_1","text":"hm","reply_to":0,"for_agent":false,"asks":false})",
               "eva")
          .add("approval.delegated",
               R"({"approval":"ap_x_1","delegation":{"from":"eva","to":"dan","reason":"away",
                   "until":"2026-01-01T00:00:00.000Z"}})",
               "eva")
          .add("approval.delegation_ended", R"({"approval":"ap_x_1","from":"eva"})", "eva")
          .add("approval.delegated",
               R"({"approval":"ap_x_1","delegation":{"from":"eva","to":"dan","reason":"",
                   "until":null}})",
               "eva")
          .add("approval.decided",
               R"({"approval":"ap_x_1","person":"dan","decision":"approve","answer":null,
                   "delegated_by":"eva"})",
               "dan")
          .add("approval.agreed", R"({"approval":"ap_x_1","effect_at":"2026-01-01T00:00:00.000Z"})")
          .add("approval.withdrawn", R"({"approval":"ap_x_1","person":"dan","reason":"oh"})", "dan")
          .add("approval.reopened", R"({"approval":"ap_x_1"})")
          .add("approval.reminded", R"({"approval":"ap_x_1","reminder":1})")
          .add("approval.escalated",
               R"({"approval":"ap_x_1","thresholds":[{"from":"finance or board","approve":1}]})")
          .add("approval.extended",
               R"({"approval":"ap_x_1","person":"eva","reason":"audit","by_s":3600})",
               "eva")
          .told();
  for (const char* sentence :
       {"eva takes on request #1 refund",
        "ben assigns request #1 refund to eva",
        "eva gives back request #1 refund",
        "person eva asks the agent about request #1 refund: why?",
        "agent bot replies to comment 1 of request #1 refund: late",
        "person eva says on request #1 refund, for people only: hm",
        "eva delegates request #1 refund to dan until 2026-01-01 00:00:00 UTC: away",
        "eva takes back request #1 refund",
        "eva forwards request #1 refund to dan",
        "dan approves request #1 refund, for eva",
        "enough agree to request #1 refund; it takes effect at 2026-01-01 00:00:00 UTC",
        "dan takes back the decision on request #1 refund: oh",
        "not enough agree to request #1 refund any more: it waits",
        "those who are asked are reminded of request #1 refund",
        "request #1 refund escalates: it asks finance or board now",
        "eva gives request #1 refund 1 h more: audit"})
    EXPECT_NE(told.find(sentence), std::string::npos) << sentence << "\nis not in\n" << told;
}

}  // namespace
}  // namespace fermata::app::cli
