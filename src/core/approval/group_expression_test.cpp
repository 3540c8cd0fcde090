#include "core/approval/group_expression.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace fermata {
namespace {

Directory company() {
  Directory directory;
  for (const char* id : {"ana", "ben", "cleo", "dan", "eve"})
    directory.people[id] = {.id = id, .name = id};
  directory.people["ana"].manager = "cleo";
  directory.people["ben"].roles = {"cfo"};
  directory.people["cleo"].attributes = {{"region", "eu"}};
  directory.people["dan"].attributes = {{"region", "us"}};
  directory.people["eve"].active = false;
  directory.groups["finance"] = {"finance", "", {"ana", "ben", "eve"}};
  directory.groups["contractors"] = {"contractors", "", {"ana"}};
  directory.resources["repo:acme/web"] = {"repo:acme/web", "", {"dan"}};
  return directory;
}

// Everybody it means, for a call by ana's agent on the repository.
std::string meant(const std::string& text, const Directory& directory = company()) {
  const json::Object arguments{{"repo", json::Object{{"name", "repo:acme/web"}}}, {"n", 1}};
  std::string names;
  for (const auto& [id, person] : directory.people)
    if (matches(text, directory, {"", "ana", &arguments}, id)) names += id + " ";
  return names;
}

TEST(GroupExpression, means_groups_roles_attributes_and_persons) {
  EXPECT_EQ(meant("finance"), "ana ben ");
  EXPECT_EQ(meant("group:finance"), "ana ben ");
  EXPECT_EQ(meant("role:cfo"), "ben ");
  EXPECT_EQ(meant("attribute:region=eu"), "cleo ");
  EXPECT_EQ(meant("person:dan"), "dan ");
}

TEST(GroupExpression, joins_with_and_before_or) {
  EXPECT_EQ(meant("finance and role:cfo or person:dan"), "ben dan ");
  EXPECT_EQ(meant("finance and (role:cfo or person:dan)"), "ben ");
  EXPECT_EQ(meant("finance and not contractors"), "ben ");
  EXPECT_EQ(meant("not finance"), "cleo dan ");
}

TEST(GroupExpression, means_the_requesters_manager_and_the_resources_owner) {
  EXPECT_EQ(meant("manager()"), "cleo ");
  EXPECT_EQ(meant("owner(repo.name)"), "dan ");
  EXPECT_EQ(meant("manager() or owner(repo.name)"), "cleo dan ");
}

TEST(GroupExpression, P2_what_is_unknown_is_nobody_even_behind_not) {
  EXPECT_EQ(meant("nonsuch"), "");
  EXPECT_EQ(meant("not nonsuch"), "");
  EXPECT_EQ(meant("finance and not nonsuch"), "");
  EXPECT_EQ(meant("finance or nonsuch"), "ana ben ");
  EXPECT_EQ(meant("owner(n)"), "");
  EXPECT_EQ(meant("not owner(missing)"), "");
  EXPECT_EQ(meant("not attribute:region=eu"), "dan ");
  Directory directory = company();
  directory.people["ana"].manager.clear();
  EXPECT_EQ(meant("not manager()", directory), "");
}

TEST(GroupExpression, P2_who_is_not_active_is_nobody) {
  EXPECT_EQ(meant("person:eve"), "");
  EXPECT_EQ(meant("not contractors"), "ben cleo dan ");
}

TEST(GroupExpression, says_where_it_cannot_be_read) {
  const auto detail = [](const std::string& text) {
    const auto parsed = GroupExpression::parse(text);
    return parsed ? "fine" : parsed.error().message;
  };
  EXPECT_NE(detail("").find("at character 1"), std::string::npos);
  EXPECT_NE(detail("finance and").find("at character 12"), std::string::npos);
  EXPECT_NE(detail("(finance").find("')' is missing"), std::string::npos);
  EXPECT_NE(detail("finance legal").find("at character 9"), std::string::npos);
  EXPECT_NE(detail("attribute:region").find("needs its value"), std::string::npos);
  EXPECT_NE(detail("team:web").find("'team:' is not known"), std::string::npos);
  EXPECT_NE(detail("boss()").find("is not known"), std::string::npos);
  EXPECT_NE(detail(std::string(100, '(') + "a").find("too deep"), std::string::npos);
}

TEST(GroupExpression, whoever_it_means_has_one_of_its_labels) {
  const Directory directory = company();
  const json::Object arguments{{"repo", "repo:acme/web"}};
  const Subject subject{"", "ana", &arguments};
  for (const char* text : {"finance and not contractors",
                           "role:cfo or attribute:region=eu",
                           "manager()",
                           "owner(repo) or person:ben",
                           "not finance"}) {
    const auto labels = GroupExpression::parse(text)->labels(subject);
    for (const auto& [id, person] : directory.people) {
      if (!matches(text, directory, subject, id)) continue;
      const auto names = names_of(directory, id);
      EXPECT_TRUE(std::any_of(labels.begin(),
                              labels.end(),
                              [&](const std::string& label) {
                                return std::find(names.begin(), names.end(), label) != names.end();
                              }))
          << text << " means " << id;
    }
  }
}

}  // namespace
}  // namespace fermata
