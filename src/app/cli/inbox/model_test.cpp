// The machine: state and key in, state and wishes out; no terminal and no server is needed to know
// that nothing is decided by a stray key, with another hash than what was seen, or lost.

#include "app/cli/inbox/model.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/cli/inbox/testing.hpp"

namespace fermata::app::cli::inbox {
namespace {

using Name = Key::Name;

std::string body_of(const Wishes& wishes) {
  const auto* write = wanted<WantWrite>(wishes);
  return write == nullptr ? "nothing is sent" : json::write(write->body);
}

Written refused(const WantWrite& write, const std::string& reason) {
  return {write.serial, write.id, write.verb, fail(ErrorCode::kConflict, reason, "it is closed")};
}

TEST(Inbox, asks_for_the_list_when_it_begins_and_once_at_a_time) {
  State state;
  state.me = "ben";
  const Wishes first = begin(state);
  ASSERT_NE(wanted<WantList>(first), nullptr);
  EXPECT_FALSE(wanted<WantList>(first)->all);
  EXPECT_TRUE(update(state, Changed{"ap_1"}).empty());  // It is on its way.
  EXPECT_NE(wanted<WantList>(update(state, Listed{false, std::vector<Row>(), false})), nullptr);
}

TEST(Inbox, of_a_key_that_is_no_persons_shows_all) {
  State state;
  const Wishes wishes = begin(state);
  EXPECT_TRUE(wanted<WantList>(wishes)->all);
  press(state, "1");
  EXPECT_EQ(state.tab, Tab::kAll);
}

TEST(Inbox, decides_nothing_by_one_key) {
  for (const char* key : {"a", "r", "e", "c", "d", " ", "y", "q"}) {
    State state = inbox_of({request("ap_1")});
    open_first(state, request("ap_1"));
    EXPECT_EQ(wanted<WantWrite>(press(state, key)), nullptr) << key;
    State list = inbox_of({request("ap_1")});
    EXPECT_EQ(wanted<WantWrite>(press(list, key)), nullptr) << key;
  }
}

TEST(Inbox, approves_with_the_hash_of_what_was_on_the_screen) {
  State state = inbox_of({request("ap_1")});
  open_first(state, request("ap_1"));
  press(state, "a");
  // Edited elsewhere while the reason is typed.
  update(state, Opened{"ap_1", request("ap_1", {{"hash", "another"}}), json::Value()});
  EXPECT_THAT(screen_text(state), testing::HasSubstr("It was edited meanwhile"));
  press(state, "fine");
  EXPECT_EQ(body_of(press(state, Name::kEnter)),
            R"({"decision":"approve","hash":"h-ap_1","reason":"fine"})");
  // Begun again, it is the other one's.
  update(state, Key{Name::kEscape, 0});
  EXPECT_TRUE(state.panel) << "what is on its way cannot be taken back";
}

TEST(Inbox, opens_first_what_is_decided_from_the_list) {
  State state = inbox_of({request("ap_1")});
  const Wishes wishes = press(state, "r");
  EXPECT_EQ(wanted<WantRequest>(wishes)->id, "ap_1");
  EXPECT_FALSE(state.panel);
  update(state, Opened{"ap_1", request("ap_1"), json::Value()});
  ASSERT_TRUE(state.panel);
  EXPECT_EQ(state.panel->act, Act::kReject);
}

TEST(Inbox, rejects_with_a_reason_only) {
  State state = inbox_of({request("ap_1")});
  open_first(state, request("ap_1"));
  press(state, "r");
  EXPECT_TRUE(press(state, Name::kEnter).empty());
  EXPECT_NE(state.panel->fields[0].wrong, "");
  press(state, "no");
  EXPECT_EQ(body_of(press(state, Name::kEnter)),
            R"({"decision":"reject","hash":"h-ap_1","reason":"no"})");
}

TEST(Inbox, wants_the_target_of_what_is_risky_typed) {
  const json::Value risky =
      request("ap_1", {{"thresholds", two_of_finance()}, {"target", "Acme Shop"}});
  State state = inbox_of({risky});
  open_first(state, risky);
  press(state, "a");
  press(state, Name::kEnter);
  EXPECT_TRUE(press(state, Name::kEnter).empty());
  EXPECT_EQ(state.panel->focus, 0U);
  press(state, "acme shop");
  press(state, Name::kEnter);
  EXPECT_EQ(body_of(press(state, Name::kEnter)), R"({"decision":"approve","hash":"h-ap_1"})");
}

TEST(Inbox, keeps_what_was_typed_when_it_is_refused_left_or_decided_elsewhere) {
  State state = inbox_of({request("ap_1")});
  open_first(state, request("ap_1"));
  press(state, "r");
  press(state, "because");
  const Wishes sent = press(state, Name::kEnter);
  update(state, refused(*wanted<WantWrite>(sent), "approval.closed"));
  EXPECT_EQ(typed(state.panel->fields[0]), "because");
  EXPECT_THAT(state.panel->trouble, testing::HasSubstr("approval.closed"));
  press(state, Name::kEscape);
  press(state, "r");
  EXPECT_EQ(typed(state.panel->fields[0]), "because");
  const json::Value closed = request(
      "ap_1",
      {{"status", "approved"}, {"outcome", json::Object{{"status", "approved"}, {"by", "ada"}}}});
  update(state, Opened{"ap_1", closed, json::Value()});
  EXPECT_EQ(typed(state.panel->fields[0]), "because");
  EXPECT_THAT(screen_text(state), testing::HasSubstr("Meanwhile: approved by ada"));
}

TEST(Inbox, sends_the_same_twice_only_when_asked_twice) {
  State state = inbox_of({request("ap_1")});
  open_first(state, request("ap_1"));
  press(state, "a");
  EXPECT_NE(wanted<WantWrite>(press(state, Name::kEnter)), nullptr);
  EXPECT_TRUE(press(state, Name::kEnter).empty());
  EXPECT_TRUE(press(state, "x").empty());
}

TEST(Inbox, marks_nothing_that_is_risky_or_a_question) {
  State state = inbox_of({request("ap_1", {{"thresholds", two_of_finance()}}),
                          request("ap_2", {{"kind", "question"}}),
                          request("ap_3")});
  press(state, " ");
  press(state, "j ");
  EXPECT_TRUE(state.marked.empty());
  press(state, "j ");
  EXPECT_THAT(state.marked, testing::ElementsAre("ap_3"));
}

TEST(Inbox, decides_several_each_by_its_own_hash_and_keeps_those_that_were_refused) {
  State state = inbox_of({request("ap_1"), request("ap_2")});
  press(state, "  a");
  const Wishes sent = press(state, Name::kEnter);
  ASSERT_EQ(sent.size(), 2U);
  const auto& first = std::get<WantWrite>(sent[0]);
  const auto& second = std::get<WantWrite>(sent[1]);
  EXPECT_EQ(first.body.string_or("hash"), "h-ap_1");
  EXPECT_EQ(second.body.string_or("hash"), "h-ap_2");
  update(state, Written{first.serial, first.id, first.verb, request("ap_1")});
  update(state, refused(second, "approval.closed"));
  ASSERT_TRUE(state.panel);
  EXPECT_EQ(state.panel->several.size(), 1U);
  EXPECT_THAT(state.marked, testing::ElementsAre("ap_2"));
  press(state, Name::kEscape);
  EXPECT_FALSE(state.panel);
}

TEST(Inbox, takes_the_one_below_when_the_selected_one_goes) {
  State state = inbox_of({request("ap_1"), request("ap_2"), request("ap_3")});
  press(state, "j");
  EXPECT_EQ(state.selected, "ap_2");
  Listed news{false, std::vector<Row>{row_of(request("ap_1")), row_of(request("ap_3"))}, false};
  update(state, news);
  EXPECT_EQ(state.selected, "ap_3");
  update(state, Listed{false, std::vector<Row>(), false});
  EXPECT_EQ(state.selected, "");
  EXPECT_TRUE(press(state, Name::kEnter).empty());
}

TEST(Inbox, looks_again_from_time_to_time_without_live_news) {
  State state = inbox_of({});
  const TimeMs begin = state.now;
  EXPECT_TRUE(update(state, Tick{begin + 60'000}).empty());
  update(state, Live{false});
  EXPECT_NE(wanted<WantList>(update(state, Tick{begin + 61'000})), nullptr);
  const Error away{ErrorCode::kUnavailable, "net.no_answer", "no answer", {}, {}};
  update(state, Listed{false, tl::unexpected(away), false});
  EXPECT_THAT(screen_text(state), testing::HasSubstr("not live"));
  EXPECT_THAT(screen_text(state), testing::HasSubstr("! no answer (net.no_answer)"));
  EXPECT_TRUE(update(state, Tick{begin + 62'000}).empty());
  EXPECT_NE(wanted<WantList>(update(state, Tick{begin + 67'000})), nullptr);
}

TEST(Inbox, does_not_ask_for_a_slow_list_at_each_change) {
  State state;
  state.me = "ben";
  begin(state);
  update(state, Live{true});
  update(state, Tick{1000});
  update(state, Listed{false, std::vector<Row>(), false});  // It took a second.
  EXPECT_EQ(wanted<WantList>(update(state, Changed{"ap_1"})), nullptr);
  EXPECT_EQ(wanted<WantList>(update(state, Tick{2000})), nullptr);
  EXPECT_NE(wanted<WantList>(update(state, Tick{4000})), nullptr);
}

TEST(Inbox, reads_again_what_is_open_when_it_changes) {
  State state = inbox_of({request("ap_1")});
  open_first(state, request("ap_1"));
  EXPECT_NE(wanted<WantRequest>(update(state, Changed{"ap_1"})), nullptr);
  EXPECT_EQ(wanted<WantRequest>(update(state, Changed{"ap_2"})), nullptr);
  EXPECT_NE(wanted<WantRequest>(update(state, Changed{""})), nullptr);
}

TEST(Inbox, leaves_at_the_second_wish_while_a_decision_is_on_its_way) {
  State state = inbox_of({request("ap_1")});
  open_first(state, request("ap_1"));
  press(state, "a");
  press(state, Name::kEnter);
  const Key ctrl_c{Name::kControl, U'c'};
  EXPECT_EQ(wanted<WantLeave>(update(state, ctrl_c)), nullptr);
  EXPECT_NE(wanted<WantLeave>(update(state, ctrl_c)), nullptr);
}

TEST(Inbox, edits_in_an_editor_and_shows_what_that_changes) {
  State state = inbox_of({request("ap_1")});
  state.has_editor = true;
  open_first(state, request("ap_1"));
  const Wishes wishes = press(state, "e");
  EXPECT_EQ(wanted<WantEditor>(wishes)->text, "{\n  \"amount\": 250,\n  \"to\": \"Anna\"\n}\n");
  update(state, Edited{"ap_1", wanted<WantEditor>(wishes)->text});
  EXPECT_FALSE(state.panel) << "nothing was changed";
  update(state, Edited{"ap_1", "{\"amount\": 2"});
  EXPECT_FALSE(state.panel);
  const Wishes once_more = press(state, "e");
  EXPECT_EQ(wanted<WantEditor>(once_more)->text, "{\"amount\": 2") << "as it was left";
  update(state, Edited{"ap_1", "{\"amount\": 2, \"to\": \"Anna\"}"});
  EXPECT_THAT(screen_text(state), testing::HasSubstr("amount: 250 → 2"));
  EXPECT_EQ(body_of(press(state, Name::kEnter)),
            R"({"decision":"edit","arguments":{"amount":2,"to":"Anna"},"hash":"h-ap_1"})");
}

TEST(Inbox, gives_an_editor_no_character_that_does_something) {
  const json::Value arguments = json::Object{{"to\u0085", "a\u202E\U000E0041b\x1b\u2028"}};
  const std::string text = editable(arguments);
  EXPECT_EQ(text, "{\n  \"to\\u0085\": \"a\\u202e\\udb40\\udc41b\\u001b\\u2028\"\n}\n");
  EXPECT_EQ(*json::parse(text), arguments);
}

TEST(Inbox, says_whether_a_call_in_doubt_happened) {
  const json::Value doubt = request("ap_1", {{"kind", "in_doubt"}});
  State state = inbox_of({doubt});
  open_first(state, doubt);
  press(state, "a");
  press(state, Name::kEnter);
  EXPECT_TRUE(press(state, Name::kEnter).empty()) << "nothing is chosen before";
  press(state, Name::kRight);
  press(state, Name::kEnter);
  press(state, R"({"n":1})");
  EXPECT_EQ(body_of(press(state, Name::kEnter)),
            R"({"decision":"answer","answer":{"happened":true,"result":{"n":1}},"hash":"h-ap_1"})");
}

TEST(Inbox, lets_somebody_decide_in_ones_place_until_a_time) {
  State state = inbox_of({request("ap_1")});
  open_first(state, request("ap_1"));
  press(state, "d");
  press(state, "ada");
  press(state, Name::kEnter);
  press(state, Name::kEnter);
  EXPECT_EQ(body_of(press(state, Name::kEnter)),
            R"({"to":"ada","until":"2026-11-23T20:00:00.000Z"})");
}

}  // namespace
}  // namespace fermata::app::cli::inbox
