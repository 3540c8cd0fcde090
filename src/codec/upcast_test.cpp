#include "codec/upcast.hpp"

#include <gtest/gtest.h>

#include "codec/event_codec.hpp"

namespace fermata::codec {
namespace {

json::Object payload_of(const json::Object& event) { return *event.find("payload")->as_object(); }

// As if call.denied had once called its reason "code", and had got its message only later.
void rename_code(json::Object& event) {
  json::Object payload = payload_of(event);
  payload.set("reason", *payload.find("code"));
  payload.erase("code");
  event.set("payload", payload);
}
void add_message(json::Object& event) {
  json::Object payload = payload_of(event);
  payload.set("message", "denied: " + *payload.find("reason")->as_string());
  event.set("payload", payload);
}

constexpr Lift kLifts[] = {{"call.denied", 1, rename_code},
                           {"call.denied", 2, add_message},
                           {"call.closed", 1, rename_code}};

std::string denied(int version, const char* payload) {
  return R"({"actor":{"id":"","kind":"system"},"at":0,"door":"system","from_status":"",)"
         R"("on_behalf_of":"","payload":)" +
         std::string(payload) +
         R"(,"request_id":"","request_key":"","to_status":"","trace_id":"",)"
         R"("type":"call.denied","v":)" +
         std::to_string(version) + R"(,"version":1})";
}

TEST(Upcast, lifts_step_by_step_to_the_current_version) {
  for (const std::string& body :
       {denied(1, R"({"call":"cl_1","code":"policy.denied"})"),
        denied(2, R"({"call":"cl_1","reason":"policy.denied"})"),
        denied(3,
               R"({"call":"cl_1","message":"denied: policy.denied","reason":"policy.denied"})")}) {
    const auto decoded = decode(body, kLifts);
    ASSERT_TRUE(decoded) << decoded.error().detail;
    const auto& event = std::get<event::CallDenied>(decoded->payload);
    EXPECT_EQ(event.reason, "policy.denied");
    EXPECT_EQ(event.message, "denied: policy.denied");
  }
}

TEST(Upcast, sets_the_version) {
  json::Object event = *json::parse(denied(1, R"({"call":"cl_1","code":"x"})"))->as_object();
  ASSERT_TRUE(upcast(event, kLifts));
  EXPECT_EQ(*event.find("v"), json::Value(3));
}

TEST(Upcast, leaves_other_types_and_current_versions_alone) {
  json::Object event{{"type", "turn.ended"}, {"v", 1}, {"payload", json::Object{{"turn", 1}}}};
  const json::Object before = event;
  ASSERT_TRUE(upcast(event, kLifts));
  EXPECT_EQ(json::Value(event), json::Value(before));
}

TEST(Upcast, refuses_what_a_newer_program_wrote) {
  const auto decoded = decode(denied(4, "{}"), kLifts);
  ASSERT_FALSE(decoded);
  EXPECT_EQ(decoded.error().reason, "codec.corrupt_event");
  EXPECT_EQ(decoded.error().detail, ".v: call.denied of version 4 is not known to this program");
}

TEST(Upcast, counts_versions_by_type) {
  EXPECT_EQ(current_version("call.denied", kLifts), 3);
  EXPECT_EQ(current_version("call.closed", kLifts), 2);
  EXPECT_EQ(current_version("turn.ended", kLifts), 1);
}

// Otherwise current_version() would promise a version that nobody can lift to.
TEST(Upcast, table_has_every_step_once) {
  for (const Lift& lift : all_lifts()) {
    EXPECT_GE(lift.from, 1);
    EXPECT_LT(lift.from, current_version(lift.type, all_lifts())) << lift.type;
    for (const Lift& other : all_lifts())
      EXPECT_TRUE(&lift == &other || lift.type != other.type || lift.from != other.from);
  }
}

}  // namespace
}  // namespace fermata::codec
