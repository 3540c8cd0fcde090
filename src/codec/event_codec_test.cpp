#include "codec/event_codec.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "base/hash.hpp"

namespace fermata::codec {
namespace {

event::Recorded denied() {
  event::Recorded recorded;
  recorded.version = 7;
  recorded.at = 1795363200123;
  recorded.actor = {ActorKind::kPerson, "ana"};
  recorded.door = Door::kSlack;
  recorded.from_status = "waiting";
  recorded.to_status = "ready";
  recorded.payload =
      event::CallDenied{"cl_1", "approval.rejected", "Rejected by ana: \"too much\""};
  return recorded;
}

const std::string kDenied =
    R"({"actor":{"id":"ana","kind":"person"},"at":1795363200123,"door":"slack",)"
    R"("from_status":"waiting","on_behalf_of":"","payload":{"call":"cl_1",)"
    R"("message":"Rejected by ana: \"too much\"","reason":"approval.rejected"},"request_id":"",)"
    R"("request_key":"","to_status":"ready","trace_id":"","type":"call.denied","v":1,"version":7})";

std::string replaced(std::string text, const std::string& part, const std::string& by) {
  const std::size_t at = text.find(part);
  EXPECT_NE(at, std::string::npos) << part;
  return text.replace(at, part.size(), by);
}

// Where decode() says that `body` does not fit; "read" when it does.
std::string fault_in(const std::string& body) {
  const auto decoded = decode(body);
  if (decoded) return "read";
  EXPECT_EQ(decoded.error().code, ErrorCode::kInternal);
  EXPECT_EQ(decoded.error().reason, "codec.corrupt_event");
  return decoded.error().detail;
}

TEST(EventCodec, writes_the_envelope_flat_and_canonical) {
  EXPECT_EQ(encode(denied()), kDenied);
  EXPECT_EQ(type_of(denied().payload), "call.denied");
}

TEST(EventCodec, reads_what_it_wrote) {
  const auto decoded = decode(kDenied);
  ASSERT_TRUE(decoded) << decoded.error().detail;
  EXPECT_EQ(decoded->version, 7);
  EXPECT_EQ(decoded->actor, (Actor{ActorKind::kPerson, "ana"}));
  EXPECT_EQ(decoded->door, Door::kSlack);
  EXPECT_EQ(std::get<event::CallDenied>(decoded->payload).message, "Rejected by ana: \"too much\"");
  EXPECT_EQ(encode(*decoded), kDenied);
}

TEST(EventCodec, refuses_what_is_no_event) {
  EXPECT_NE(fault_in(""), "read");
  EXPECT_NE(fault_in(kDenied.substr(0, 40)), "read");
  EXPECT_EQ(fault_in("[]"), "not an object");
  EXPECT_EQ(fault_in("{}"), ".type: not a string");
}

TEST(EventCodec, refuses_types_and_versions_that_nobody_wrote) {
  EXPECT_EQ(fault_in(replaced(kDenied, "call.denied", "call.undone")), ".type: no such event");
  EXPECT_EQ(fault_in(replaced(kDenied, R"("v":1)", R"("v":2)")),
            ".v: call.denied of version 2 is not known to this program");
  EXPECT_EQ(fault_in(replaced(kDenied, R"("v":1)", R"("v":0)")),
            ".v: call.denied of version 0 is not known to this program");
  EXPECT_EQ(fault_in(replaced(kDenied, R"("v":1)", R"("v":"1")")), ".v: not an integer");
  EXPECT_EQ(fault_in(replaced(kDenied, R"("v":1,)", "")), ".v: not an integer");
}

TEST(EventCodec, says_where_a_member_is_missing_or_of_another_type) {
  EXPECT_EQ(fault_in(replaced(kDenied, R"(,"trace_id":"")", "")), ".trace_id: missing");
  EXPECT_EQ(fault_in(replaced(kDenied, R"(,"reason":"approval.rejected")", "")),
            ".payload.reason: missing");
  EXPECT_EQ(fault_in(replaced(kDenied, R"("cl_1")", "1")), ".payload.call: not a string");
  EXPECT_EQ(fault_in(replaced(kDenied, R"("version":7)", R"("version":7.5)")),
            ".version: not an integer");
  EXPECT_EQ(fault_in(replaced(kDenied, R"({"id":"ana","kind":"person"})", "null")),
            ".actor: not an object");
}

TEST(EventCodec, refuses_members_that_nobody_knows) {
  EXPECT_EQ(fault_in(replaced(kDenied, R"("v":1)", R"("unheard":1,"v":1)")),
            ": members that nobody knows");
  EXPECT_EQ(fault_in(replaced(kDenied, R"({"call")", R"({"a":1,"call")")),
            ".payload: members that nobody knows");
}

TEST(EventCodec, refuses_names_that_do_not_exist) {
  EXPECT_EQ(fault_in(replaced(kDenied, R"("slack")", R"("fax")")), ".door: no such name, 'fax'");
  EXPECT_EQ(fault_in(replaced(kDenied, R"("kind":"person")", R"("kind":"robot")")),
            ".actor.kind: no such name, 'robot'");
}

TEST(EventCodec, says_where_in_a_list) {
  event::Recorded recorded;
  event::ApprovalEdited edited;
  edited.thresholds = {{"finance", 1, 1}, {"ops", 2, 1}};
  recorded.payload = edited;
  EXPECT_EQ(fault_in(replaced(encode(recorded), R"("approve":2)", R"("approve":null)")),
            ".payload.thresholds[1].approve: not an integer");
}

TEST(EventCodec, writes_null_for_what_is_absent) {
  event::Recorded recorded;
  recorded.payload = event::CallGranted{"cl_1", "gr_1", "ap_1", "h", 0, std::nullopt};
  const std::string body = encode(recorded);
  EXPECT_NE(body.find(R"("expires_at":null)"), std::string::npos) << body;
  const auto decoded = decode(body);
  ASSERT_TRUE(decoded);
  EXPECT_FALSE(std::get<event::CallGranted>(decoded->payload).expires_at);
}

TEST(EventCodec, chains_over_the_hash_before_and_the_body) {
  EXPECT_EQ(genesis_hash("default", "wf_a"), sha256_hex("fermata-stream-1\ndefault\nwf_a"));
  EXPECT_EQ(chain_hash("ab", "{}"), sha256_hex("ab\n{}"));
  EXPECT_NE(chain_hash("a", "b"), chain_hash("", "ab"));
}

TEST(TaskCodec, reads_what_it_wrote) {
  const task::Task task = task::ApprovalTimer{"ap_1", 1795363200123};
  EXPECT_EQ(kind_of(task), "approval_deadline");
  EXPECT_EQ(encode(task), R"({"approval":"ap_1","at":1795363200123,"v":1})");
  const auto decoded = decode_task(kind_of(task), encode(task));
  ASSERT_TRUE(decoded) << decoded.error().detail;
  EXPECT_EQ(encode(*decoded), encode(task));
}

TEST(TaskCodec, reads_the_lapse_of_a_turn) {
  const task::Task task = task::TurnLapse{"wf_1", 3, 1795363200123};
  EXPECT_EQ(kind_of(task), "turn_lapse");
  EXPECT_EQ(encode(task), R"({"at":1795363200123,"turn":3,"v":1,"workflow":"wf_1"})");
  const auto decoded = decode_task(kind_of(task), encode(task));
  ASSERT_TRUE(decoded) << decoded.error().detail;
  EXPECT_EQ(encode(*decoded), encode(task));
}

TEST(TaskCodec, refuses_what_is_no_task) {
  const auto fault = [](const char* kind, const char* body) {
    const auto decoded = decode_task(kind, body);
    if (decoded) return std::string("read");
    EXPECT_EQ(decoded.error().code, ErrorCode::kInternal);
    EXPECT_EQ(decoded.error().reason, "codec.corrupt_task");
    return decoded.error().detail;
  };
  EXPECT_EQ(fault("lunch", "{}"), "no such kind of task");
  EXPECT_EQ(fault("approval_deadline", "{}"), ".approval: missing");
  EXPECT_EQ(fault("approval_deadline", R"({"approval":"a","at":"soon","v":1})"),
            ".at: not an integer");
  EXPECT_EQ(fault("approval_deadline", R"({"approval":"a","at":1,"v":2})"),
            ".v: not known to this program");
  EXPECT_EQ(fault("approval_deadline", R"({"approval":"a","at":1,"by":"x","v":1})"),
            ": members that nobody knows");
  EXPECT_NE(fault("approval_deadline", "{"), "read");
}

}  // namespace
}  // namespace fermata::codec
