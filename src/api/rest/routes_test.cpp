// The route table and schema/openapi.yaml say the same: methods, paths, who may call, query
// parameters, bodies. What one of them has and the other has not is a defect of the documentation.

#include "api/rest/routes.hpp"

#include <gtest/gtest.h>

#include <map>
#include <set>

#include "api/pages/pages.hpp"

namespace fermata::api {
namespace {

struct Documented {
  std::set<std::string> kinds, query;
  Body body = Body::kNone;
  bool is_public = false;
};

const json::Value& document() {
  static const json::Value parsed = *json::parse(find_page("/openapi.json")->body);
  return parsed;
}

const json::Value& resolve(const json::Value& node) {
  const std::string reference = node.string_or("$ref");
  if (reference.empty()) return node;
  const json::Value* at = &document();
  for (std::size_t begin = 2; begin < reference.size();) {
    const std::size_t end = std::min(reference.find('/', begin), reference.size());
    at = &(*at)[reference.substr(begin, end - begin)];
    begin = end + 1;
  }
  return *at;
}

Documented read(const json::Value& operation) {
  Documented read;
  for (const json::Value& kind : *operation["x-fermata-kinds"].as_array())
    read.kinds.insert(*kind.as_string());
  if (const json::Array* parameters = operation["parameters"].as_array())
    for (const json::Value& parameter : *parameters)
      if (resolve(parameter).string_or("in") == "query")
        read.query.insert(resolve(parameter).string_or("name"));
  if (!operation["requestBody"].is_null())
    read.body = operation["requestBody"].bool_or("required") ? Body::kRequired : Body::kOptional;
  const json::Array* security = operation["security"].as_array();
  read.is_public = security != nullptr && security->empty();
  return read;
}

std::map<std::string, Documented> documented() {
  std::map<std::string, Documented> all;
  for (const auto& [path, item] : *document()["paths"].as_object())
    for (const auto& [name, operation] : *item.as_object()) {
      if (name == "parameters") continue;
      std::string method = name;
      for (char& c : method) c = static_cast<char>(std::toupper(c));
      all[method + " " + path] = read(operation);
    }
  return all;
}

std::set<std::string> names_of(Kinds kinds) {
  std::set<std::string> names;
  for (const ActorKind kind :
       {ActorKind::kAgent, ActorKind::kPerson, ActorKind::kAdmin, ActorKind::kReadOnly})
    if (allows(kinds, kind)) names.insert(to_string(kind));
  return names;
}

TEST(Routes, are_those_of_the_document) {
  const auto told = documented();
  std::set<std::string> served;
  for (const Route& route : all_routes()) {
    const std::string name = std::string(route.method) + " " + std::string(route.path);
    EXPECT_TRUE(served.insert(name).second) << name << " is there twice";
    ASSERT_TRUE(told.contains(name)) << name << " is not in schema/openapi.yaml";
    const Documented& operation = told.at(name);
    EXPECT_EQ(names_of(route.kinds), operation.kinds) << name;
    EXPECT_EQ(std::set<std::string>(route.query.begin(), route.query.end()), operation.query)
        << name;
    EXPECT_EQ(route.body, operation.body) << name;
    EXPECT_EQ(route.kinds == kPublic, operation.is_public) << name;
  }
  for (const auto& [name, operation] : told)
    EXPECT_TRUE(served.contains(name)) << name << " is served by no route";
}

TEST(Routes, reading_changes_nothing) {
  for (const Route& route : all_routes())
    if (route.method == "GET") {
      EXPECT_FALSE(std::holds_alternative<CommandHandler>(route.action)) << "P8: " << route.path;
    }
}

TEST(Pages, exist_for_every_reason_that_the_document_gives) {
  for (const char* path : {"/openapi.json",
                           "/docs",
                           "/docs/page.js",
                           "/docs/page.css",
                           "/docs/errors",
                           "/docs/errors/approval.closed"})
    EXPECT_NE(find_page(path), nullptr) << path;
  EXPECT_EQ(error_title("approval.closed"), "The request has ended");
  EXPECT_EQ(error_title("no.such_reason"), "");
}

TEST(Pages, run_nothing_inline) {
  for (const std::string_view path : page_paths()) {
    const PageFile& page = *find_page(path);
    if (page.content_type.substr(0, 9) != "text/html") continue;
    EXPECT_EQ(page.body.find(" style="), std::string_view::npos) << path;
    EXPECT_EQ(page.body.find("<script>"), std::string_view::npos) << path;
    EXPECT_EQ(page.body.find(" onclick="), std::string_view::npos) << path;
    EXPECT_EQ(page.body.find("http://"), std::string_view::npos) << path;
    EXPECT_EQ(page.body.find("https://"), std::string_view::npos) << path;
  }
}

}  // namespace
}  // namespace fermata::api
