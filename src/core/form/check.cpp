#include <array>
#include <set>

#include "base/regex.hpp"
#include "core/form/form.hpp"
#include "core/form/schema.hpp"

namespace fermata::form {
namespace {

constexpr std::size_t kMaxBytes = 65'536;
constexpr int kMaxDepth = 8;
constexpr int kMaxFields = 500;
constexpr int kMaxPatterns = 32;

constexpr std::array<std::string_view, 6> kTypes{
    "object", "array", "string", "integer", "number", "boolean"};

constexpr std::array<std::string_view, 4> kDialects{"https://json-schema.org/draft/2020-12/schema",
                                                    "https://json-schema.org/draft/2020-12/schema#",
                                                    "http://json-schema.org/draft-07/schema",
                                                    "http://json-schema.org/draft-07/schema#"};

enum class Operand {
  kType,
  kText,
  kAny,
  kNumber,
  kPositive,
  kCount,
  kFlag,
  kPattern,
  kFormat,
  kValues,   // enum
  kChoices,  // oneOf, anyOf of {const, title}
  kNames,    // required
  kFields,   // properties
  kField,    // items
  kDialect,  // $schema, at the root only
};

struct Keyword {
  std::string_view name;
  std::string_view type;  // That it says something about; empty for any.
  Operand operand;
};

constexpr std::array<Keyword, 25> kKeywords{{
    {"$schema", "", Operand::kDialect},
    {"type", "", Operand::kType},
    {"title", "", Operand::kText},
    {"description", "", Operand::kText},
    {"default", "", Operand::kAny},
    {"enum", "", Operand::kValues},
    {"const", "", Operand::kAny},
    {"oneOf", "", Operand::kChoices},
    {"anyOf", "", Operand::kChoices},
    {"properties", "object", Operand::kFields},
    {"required", "object", Operand::kNames},
    {"additionalProperties", "object", Operand::kFlag},
    {"items", "array", Operand::kField},
    {"minItems", "array", Operand::kCount},
    {"maxItems", "array", Operand::kCount},
    {"uniqueItems", "array", Operand::kFlag},
    {"minLength", "string", Operand::kCount},
    {"maxLength", "string", Operand::kCount},
    {"pattern", "string", Operand::kPattern},
    {"format", "string", Operand::kFormat},
    {"minimum", "number", Operand::kNumber},
    {"maximum", "number", Operand::kNumber},
    {"exclusiveMinimum", "number", Operand::kNumber},
    {"exclusiveMaximum", "number", Operand::kNumber},
    {"multipleOf", "number", Operand::kPositive},
}};

const Keyword* keyword_named(std::string_view name) {
  for (const Keyword& keyword : kKeywords) {
    if (keyword.name == name) return &keyword;
  }
  return nullptr;
}

template <std::size_t N>
std::string listed(const std::array<std::string_view, N>& names) {
  std::string text;
  for (const std::string_view name : names) text += (text.empty() ? "" : ", ") + std::string(name);
  return text;
}

tl::unexpected<Error> refuse(const std::string& pointer, const std::string& what) {
  return fail(ErrorCode::kInvalid,
              "form.unsupported_schema",
              "the form's schema at " + (pointer.empty() ? "its root" : pointer) + ": " + what,
              pointer);
}

// Walks the schema once; the first fault ends it.
class SchemaCheck {
 public:
  Result<void> root(const json::Value& schema) {
    if (schema.string_or("type") != "object") {
      return refuse("", "must be an object with \"type\": \"object\"");
    }
    if (json::canonical(schema).size() > kMaxBytes) return refuse("", "is larger than 64 KiB");
    return field(schema, "", 0);
  }

 private:
  Result<void> field(const json::Value& schema, const std::string& at, int depth) {
    const json::Object* members = schema.as_object();
    if (members == nullptr) return refuse(at, "must be an object");
    if (depth > kMaxDepth) return refuse(at, "fields are nested more than 8 deep");
    if (++fields_ > kMaxFields) return refuse(at, "there are more than 500 fields");
    for (const auto& [name, operand] : *members) {
      FERMATA_CHECK_OK(member(schema, name, operand, at, depth));
    }
    return {};
  }

  Result<void> member(const json::Value& schema,
                      const std::string& name,
                      const json::Value& operand,
                      const std::string& at,
                      int depth) {
    const std::string here = pointer_to(at, name);
    const Keyword* keyword = keyword_named(name);
    if (keyword == nullptr) return refuse(here, "this keyword is not supported");
    const std::string type = schema.string_or("type");
    const bool fits = keyword->type.empty() || type.empty() || keyword->type == type ||
                      (keyword->type == "number" && type == "integer");
    if (!fits) {
      return refuse(
          here, "says nothing about type " + type + ", only about " + std::string(keyword->type));
    }
    switch (keyword->operand) {
      case Operand::kFields:
        return fields(operand, here, depth);
      case Operand::kField:
        return field(operand, here, depth + 1);
      case Operand::kNames:
        return names(operand, schema["properties"], here);
      case Operand::kValues:
        return values(operand, type, here);
      case Operand::kChoices:
        return choices(operand, type, here);
      case Operand::kPattern:
        return pattern(operand, here);
      case Operand::kAny:
        return name == "const" ? value(operand, type, here) : Result<void>{};
      default:
        return scalar(keyword->operand, operand, here);
    }
  }

  static Result<void> scalar(Operand kind, const json::Value& operand, const std::string& at) {
    const std::string* text = operand.as_string();
    switch (kind) {
      case Operand::kType:
        if (text != nullptr && is_one_of(*text, kTypes)) return {};
        return refuse(at, "must be one of " + listed(kTypes));
      case Operand::kText:
        return text != nullptr ? Result<void>{} : refuse(at, "must be a string");
      case Operand::kNumber:
        return operand.is_number() ? Result<void>{} : refuse(at, "must be a number");
      case Operand::kPositive:
        if (operand.is_number() && json::compare_numbers(operand, 0) > 0) return {};
        return refuse(at, "must be a number above 0");
      case Operand::kCount:
        return count_of(operand) ? Result<void>{} : refuse(at, "must be a whole number from 0 on");
      case Operand::kFlag:
        return operand.as_bool() != nullptr ? Result<void>{} : refuse(at, "must be true or false");
      case Operand::kFormat:
        if (text != nullptr && is_format(*text)) return {};
        return refuse(at, "must be one of email, uri, date, time, date-time");
      case Operand::kDialect:
        if (at == "/$schema" && text != nullptr && is_one_of(*text, kDialects)) return {};
        return refuse(at, "may only stand at the root and name draft 2020-12 or draft 7");
      default:
        return refuse(at, "this keyword is not supported");
    }
  }

  template <std::size_t N>
  static bool is_one_of(std::string_view name, const std::array<std::string_view, N>& names) {
    for (const std::string_view known : names) {
      if (known == name) return true;
    }
    return false;
  }

  Result<void> fields(const json::Value& operand, const std::string& at, int depth) {
    const json::Object* properties = operand.as_object();
    if (properties == nullptr) return refuse(at, "must be an object of fields");
    for (const auto& [name, schema] : *properties) {
      FERMATA_CHECK_OK(field(schema, pointer_to(at, name), depth + 1));
    }
    return {};
  }

  static Result<void> names(const json::Value& operand,
                            const json::Value& properties,
                            const std::string& at) {
    const json::Array* list = operand.as_array();
    if (list == nullptr) return refuse(at, "must be a list of field names");
    std::set<std::string> seen;
    for (const json::Value& name : *list) {
      const std::string* text = name.as_string();
      if (text == nullptr) return refuse(at, "must be a list of field names");
      if (!seen.insert(*text).second) return refuse(at, "names " + json::write(name) + " twice");
      const json::Object* fields = properties.as_object();
      if (fields == nullptr || fields->find(*text) == nullptr) {
        return refuse(at, json::write(name) + " is not among the properties");
      }
    }
    return {};
  }

  static Result<void> value(const json::Value& given,
                            const std::string& type,
                            const std::string& at) {
    if (type.empty() || has_type(given, type)) return {};
    return refuse(at, "is not of type " + type);
  }

  static Result<void> values(const json::Value& operand,
                             const std::string& type,
                             const std::string& at) {
    const json::Array* list = operand.as_array();
    if (list == nullptr || list->empty()) return refuse(at, "must be a list of at least one value");
    std::set<std::string> seen;
    for (std::size_t i = 0; i < list->size(); ++i) {
      const std::string here = pointer_to(at, std::to_string(i));
      FERMATA_CHECK_OK(value((*list)[i], type, here));
      if (!seen.insert(json::canonical((*list)[i])).second) return refuse(here, "stands twice");
    }
    return {};
  }

  // [{"const": .., "title": ..}]: different constants, so that one and any mean the same.
  static Result<void> choices(const json::Value& operand,
                              const std::string& type,
                              const std::string& at) {
    const json::Array* list = operand.as_array();
    if (list == nullptr || list->empty())
      return refuse(at, "must be a list of at least one choice");
    json::Array constants;
    for (std::size_t i = 0; i < list->size(); ++i) {
      const std::string here = pointer_to(at, std::to_string(i));
      const json::Object* choice = (*list)[i].as_object();
      if (choice == nullptr || choice->find("const") == nullptr) {
        return refuse(here, "must be a choice such as {\"const\": \"eur\", \"title\": \"Euro\"}");
      }
      for (const auto& [name, given] : *choice) {
        if (name == "const") continue;
        if (name != "title" && name != "description") {
          return refuse(pointer_to(here, name), "a choice has const, title and description only");
        }
        if (given.as_string() == nullptr) return refuse(pointer_to(here, name), "must be a string");
      }
      constants.push_back(*choice->find("const"));
    }
    return values(constants, type, at);
  }

  Result<void> pattern(const json::Value& operand, const std::string& at) {
    const std::string* text = operand.as_string();
    if (text == nullptr) return refuse(at, "must be a string");
    if (++patterns_ > kMaxPatterns) return refuse(at, "there are more than 32 patterns");
    const auto compiled = Regex::compile(*text);
    return compiled ? Result<void>{} : refuse(at, compiled.error().message);
  }

  int fields_ = 0;
  int patterns_ = 0;
};

}  // namespace

Result<void> check_schema(const json::Value& schema) { return SchemaCheck().root(schema); }

}  // namespace fermata::form
