// The JSON Schema Test Suite (Debian's json-schema-test-suite) for every keyword that the subset
// claims. Debian ships it up to draft 7; for these keywords draft 2020-12 says the same. Another
// copy can be named by FERMATA_JSON_SCHEMA_SUITE, a folder with type.json and the others in it.
//
// Each schema of the suite becomes the one field of a form, since a form is an object. Groups whose
// schema is outside the subset are refused by check_schema and not run; the number that must run is
// fixed per keyword, so that none falls out unseen. (Debian's ecmascript-regex.json has none of
// the subset; newer copies have many.)

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <set>
#include <sstream>

#include "core/form/form.hpp"

namespace fermata::form {
namespace {

struct Claim {
  std::string file;
  std::size_t least;  // Tests that must run.
};

const std::vector<Claim>& claims() {
  static const std::vector<Claim> all{Claim{"type", 45},
                                      Claim{"enum", 9},
                                      Claim{"const", 12},
                                      Claim{"minimum", 4},
                                      Claim{"maximum", 4},
                                      Claim{"exclusiveMinimum", 4},
                                      Claim{"exclusiveMaximum", 4},
                                      Claim{"multipleOf", 8},
                                      Claim{"minLength", 5},
                                      Claim{"maxLength", 5},
                                      Claim{"pattern", 4},
                                      Claim{"properties", 6},
                                      Claim{"required", 7},
                                      Claim{"additionalProperties", 1},
                                      Claim{"items", 4},
                                      Claim{"minItems", 4},
                                      Claim{"maxItems", 4},
                                      Claim{"uniqueItems", 13},
                                      Claim{"default", 4},
                                      Claim{"optional/ecmascript-regex", 0},
                                      Claim{"optional/format/email", 2},
                                      Claim{"optional/format/uri", 19},
                                      Claim{"optional/format/date", 3},
                                      Claim{"optional/format/time", 3},
                                      Claim{"optional/format/date-time", 9}};
  return all;
}

std::string suite_folder() {
  const char* named = std::getenv("FERMATA_JSON_SCHEMA_SUITE");
  return named != nullptr ? named : "/usr/share/json-schema-test-suite/tests/draft7";
}

json::Value read_json(const std::string& path) {
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  auto value = json::parse(text.str());
  EXPECT_TRUE(value) << path << ": is the package json-schema-test-suite installed? "
                     << (value ? "" : value.error().message);
  return value ? *std::move(value) : json::Value();
}

json::Value form_of(const json::Value& schema) {
  json::Value field = schema;
  if (field.as_object() != nullptr) field.as_object()->erase("$schema");
  return json::Object{{"type", "object"}, {"properties", json::Object{{"x", std::move(field)}}}};
}

std::string name_of(const testing::TestParamInfo<Claim>& claim) {
  std::string name = claim.param.file;
  for (char& c : name) c = c == '/' || c == '-' ? '_' : c;
  return name;
}

class FormSuite : public testing::TestWithParam<Claim> {};

TEST_P(FormSuite, agrees) {
  const json::Value groups = read_json(suite_folder() + "/" + GetParam().file + ".json");
  ASSERT_NE(groups.as_array(), nullptr);
  std::size_t ran = 0;
  for (const json::Value& group : *groups.as_array()) {
    const json::Value form = form_of(group["schema"]);
    if (!check_schema(form)) continue;
    for (const json::Value& test : *group["tests"].as_array()) {
      const auto errors = validate(form, json::Object{{"x", test["data"]}});
      EXPECT_EQ(errors.empty(), test.bool_or("valid"))
          << group.string_or("description") << ": " << test.string_or("description");
      ++ran;
    }
  }
  RecordProperty("ran", static_cast<int>(ran));
  EXPECT_GE(ran, GetParam().least);
}

// The keywords that docs/guides/forms.md claims are those that are tested, and those that are
// supported.
TEST(FormClaims, are_those_of_the_guide) {
  std::ifstream file(FERMATA_FORMS_GUIDE);
  std::set<std::string> claimed;
  for (std::string line; std::getline(file, line) && line != "## Hints";) {
    if (line.starts_with("| `")) claimed.insert(line.substr(3, line.find('`', 3) - 3));
  }
  std::set<std::string> tested{"format", "oneOf", "anyOf"};  // By format; and as choices alone.
  for (const Claim& claim : claims()) {
    if (claim.file.find('/') == std::string::npos) tested.insert(claim.file);
  }
  EXPECT_EQ(claimed, tested);
  for (const std::string& keyword : claimed) {
    const auto checked = check_schema(form_of(json::Object{{keyword, nullptr}}));
    const std::string message = checked ? "" : checked.error().message;
    EXPECT_EQ(message.find("is not supported"), std::string::npos) << keyword;
  }
}

INSTANTIATE_TEST_SUITE_P(Draft, FormSuite, testing::ValuesIn(claims()), name_of);

}  // namespace
}  // namespace fermata::form
