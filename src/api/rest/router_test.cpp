#include "api/rest/router.hpp"

#include <gtest/gtest.h>

#include "engine/engine.hpp"

namespace fermata::api {
namespace {

Result<engine::Reply> none(Exchange&) { return engine::Reply{}; }

Router router() {
  return Router({
      {.method = "GET", .path = "/v1/things", .action = &none},
      {.method = "POST", .path = "/v1/things", .action = &none},
      {.method = "GET", .path = "/v1/things/{person_id}", .action = &none},
      {.method = "POST", .path = "/v1/things/{person_id}/parts/{turn}", .action = &none},
  });
}

TEST(Router, finds_routes_and_their_parameters) {
  const Router r = router();
  const auto list = r.match("GET", "/v1/things");
  ASSERT_NE(list.route, nullptr);
  EXPECT_TRUE(list.params.empty());
  const auto part = r.match("POST", "/v1/things/ada/parts/7");
  ASSERT_NE(part.route, nullptr);
  EXPECT_EQ(part.params, (Params{{"person_id", "ada"}, {"turn", "7"}}));
}

TEST(Router, head_is_get) {
  const Router r = router();
  EXPECT_EQ(r.match("HEAD", "/v1/things").route, r.match("GET", "/v1/things").route);
}

TEST(Router, tells_which_methods_a_path_has) {
  const Router r = router();
  const auto wrong = r.match("DELETE", "/v1/things");
  EXPECT_EQ(wrong.route, nullptr);
  EXPECT_EQ(wrong.allow, "GET, HEAD, POST, OPTIONS");
}

TEST(Router, knows_no_other_paths) {
  const Router r = router();
  for (const char* path : {"/",
                           "",
                           "/v1",
                           "/v1/things/",
                           "/v1/things/ada/",
                           "//v1/things",
                           "/v1/things/ada/parts",
                           "/V1/things",
                           "v1/things/x"})
    EXPECT_TRUE(r.match("GET", path).route == nullptr && r.match("GET", path).allow.empty())
        << path;
}

TEST(Params, of_another_shape_are_not_found) {
  EXPECT_TRUE(check_param("person_id", "ada.l"));
  EXPECT_EQ(check_param("person_id", "Ada").error().reason, "person.not_found");
  EXPECT_EQ(check_param("workflow_id", "wf_x").error().reason, "workflow.not_found");
  EXPECT_TRUE(check_param("workflow_id", "wf_0123456789abcdefghjkmnpqrs"));
  EXPECT_TRUE(check_param("call_id", "cl_0123456789abcdefghjkmnpqrs_12"));
  EXPECT_FALSE(check_param("call_id", "cl_0123456789abcdefghjkmnpqrs_0"));
  EXPECT_FALSE(check_param("call_id", "ap_0123456789abcdefghjkmnpqrs_1"));
  EXPECT_FALSE(check_param("turn", "0"));
  EXPECT_FALSE(check_param("key_id", std::string_view("abcdefghijk\0", 12)));
}

TEST(Kinds, are_disjoint) {
  EXPECT_TRUE(allows(kAgent | kAdmin, ActorKind::kAdmin));
  EXPECT_FALSE(allows(kAgent | kAdmin, ActorKind::kPerson));
  EXPECT_FALSE(allows(kAnyKey, ActorKind::kSystem));
}

}  // namespace
}  // namespace fermata::api
