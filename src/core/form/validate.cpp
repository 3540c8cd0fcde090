#include <map>
#include <optional>
#include <set>

#include "base/regex.hpp"
#include "base/utf8.hpp"
#include "core/form/form.hpp"
#include "core/form/schema.hpp"

namespace fermata::form {
namespace {

constexpr std::size_t kMaxErrors = 100;

std::string type_description(std::string_view type) {
  if (type == "object") return "an object";
  if (type == "array") return "a list";
  if (type == "string") return "text";
  if (type == "integer") return "a whole number";
  if (type == "number") return "a number";
  return "yes or no";
}

// The values that an enum, oneOf or anyOf permits.
struct Choices {
  std::set<std::string> canonical;
  std::string listed;  // For a person, cut when there are many.
};

Choices choices_of(const json::Value& operand, bool with_titles) {
  Choices choices;
  const json::Array* list = operand.as_array();
  bool cut = false;
  for (std::size_t i = 0; list != nullptr && i < list->size(); ++i) {
    const json::Value& value = with_titles ? (*list)[i]["const"] : (*list)[i];
    choices.canonical.insert(json::canonical(value));
    cut = cut || choices.listed.size() > 200;
    if (!cut) choices.listed += (i == 0 ? "" : ", ") + json::write(value);
  }
  if (cut) choices.listed += " and so on";
  return choices;
}

class Validation {
 public:
  explicit Validation(std::uint64_t pattern_steps) : pattern_steps_(pattern_steps) {}

  void field(const json::Value& schema, const json::Value& value, const std::string& at) {
    if (errors_.size() >= kMaxErrors || schema.as_object() == nullptr) return;
    const std::string type = schema.string_or("type");
    if (!type.empty() && !has_type(value, type)) {
      return add(at, "type", "must be " + type_description(type));
    }
    choice(schema, value, at);
    if (const std::string* string = value.as_string()) text(schema, *string, at);
    if (value.is_number()) number(schema, value, at);
    if (const json::Array* array = value.as_array()) list(schema, *array, at);
    if (const json::Object* members = value.as_object()) object(schema, *members, at);
  }

  std::vector<FieldError> take() { return std::move(errors_); }

 private:
  void add(const std::string& at, std::string type, std::string message) {
    if (errors_.size() >= kMaxErrors) return;
    errors_.push_back({at, std::move(type), std::move(message)});
  }

  void choice(const json::Value& schema, const json::Value& value, const std::string& at) {
    const json::Value* only = schema.as_object()->find("const");
    if (only != nullptr && !(*only == value)) add(at, "const", "must be " + json::write(*only));
    for (const std::string_view keyword : {"enum", "oneOf", "anyOf"}) {
      const json::Value* operand = schema.as_object()->find(keyword);
      if (operand != nullptr) among(*operand, keyword != "enum", value, at);
    }
  }

  // The choices are read once for all items of a list.
  void among(const json::Value& operand,
             bool with_titles,
             const json::Value& value,
             const std::string& at) {
    const auto known = choices_.find(&operand);
    const Choices& choices =
        known != choices_.end()
            ? known->second
            : choices_.emplace(&operand, choices_of(operand, with_titles)).first->second;
    if (choices.canonical.count(json::canonical(value)) > 0) return;
    add(at, "enum", "must be one of " + choices.listed);
  }

  void text(const json::Value& schema, const std::string& value, const std::string& at) {
    const std::uint64_t length = code_points(value);
    if (const auto least = count_of(schema["minLength"]); least && length < *least) {
      add(at, "min_length", "must have at least " + std::to_string(*least) + " characters");
    }
    if (const auto most = count_of(schema["maxLength"]); most && length > *most) {
      add(at, "max_length", "must have at most " + std::to_string(*most) + " characters");
    }
    const std::string format = schema.string_or("format");
    if (!format.empty() && !has_format(value, format)) {
      add(at, "format", "must be " + std::string(format_description(format)));
    }
    if (schema["pattern"].as_string() != nullptr) pattern(schema["pattern"], value, at);
  }

  void pattern(const json::Value& operand, const std::string& value, const std::string& at) {
    const Regex* regex = compiled(operand);
    if (regex == nullptr)
      return add(at, "unchecked", "cannot be checked: the pattern is not valid");
    const std::uint64_t cost = regex->cost(value);
    if (cost > pattern_steps_) return add(at, "unchecked", "is too long to be checked");
    pattern_steps_ -= cost;
    if (!regex->matches(value)) {
      add(at, "pattern", "must match the pattern " + *operand.as_string());
    }
  }

  // Compiled once for all items of a list; nullptr for a schema that was never checked.
  const Regex* compiled(const json::Value& operand) {
    const auto known = patterns_.find(&operand);
    if (known != patterns_.end()) return known->second ? &*known->second : nullptr;
    auto regex = Regex::compile(*operand.as_string());
    auto& slot = patterns_[&operand];
    if (regex) slot = *std::move(regex);
    return slot ? &*slot : nullptr;
  }

  void number(const json::Value& schema, const json::Value& value, const std::string& at) {
    const auto order = [&](std::string_view keyword) -> std::optional<int> {
      const json::Value& bound = schema[keyword];
      if (!bound.is_number()) return std::nullopt;
      return json::compare_numbers(value, bound);
    };
    const auto bound = [&](std::string_view keyword) { return json::write(schema[keyword]); };
    if (order("minimum").value_or(0) < 0) {
      add(at, "minimum", "must be at least " + bound("minimum"));
    }
    if (order("maximum").value_or(0) > 0) {
      add(at, "maximum", "must be at most " + bound("maximum"));
    }
    if (order("exclusiveMinimum").value_or(1) <= 0) {
      add(at, "exclusive_minimum", "must be above " + bound("exclusiveMinimum"));
    }
    if (order("exclusiveMaximum").value_or(-1) >= 0) {
      add(at, "exclusive_maximum", "must be below " + bound("exclusiveMaximum"));
    }
    if (schema["multipleOf"].is_number() && !is_multiple(value, schema["multipleOf"])) {
      add(at, "multiple_of", "must be a multiple of " + bound("multipleOf"));
    }
  }

  void list(const json::Value& schema, const json::Array& value, const std::string& at) {
    if (const auto least = count_of(schema["minItems"]); least && value.size() < *least) {
      add(at, "min_items", "must have at least " + std::to_string(*least) + " entries");
    }
    if (const auto most = count_of(schema["maxItems"]); most && value.size() > *most) {
      add(at, "max_items", "must have at most " + std::to_string(*most) + " entries");
    }
    std::set<std::string> seen;
    const bool unique = schema.bool_or("uniqueItems");
    const json::Value* items = schema.as_object()->find("items");
    for (std::size_t i = 0; i < value.size() && errors_.size() < kMaxErrors; ++i) {
      const std::string here = pointer_to(at, std::to_string(i));
      if (unique && !seen.insert(json::canonical(value[i])).second) {
        add(here, "unique_items", "stands twice");
      }
      if (items != nullptr) field(*items, value[i], here);
    }
  }

  void object(const json::Value& schema, const json::Object& value, const std::string& at) {
    if (const json::Array* required = schema["required"].as_array()) {
      for (const json::Value& name : *required) {
        const std::string* key = name.as_string();
        if (key == nullptr || value.find(*key) != nullptr) continue;
        add(pointer_to(at, *key), "missing", "is required");
      }
    }
    const json::Object* fields = schema["properties"].as_object();
    const bool open = schema.bool_or("additionalProperties", true);
    for (const auto& [name, member] : value) {
      const json::Value* declared = fields == nullptr ? nullptr : fields->find(name);
      if (declared != nullptr) {
        field(*declared, member, pointer_to(at, name));
      } else if (!open) {
        add(pointer_to(at, name), "extra_forbidden", "is not a field of this form");
      }
    }
  }

  std::vector<FieldError> errors_;
  // By the schema's own nodes, which outlive the validation.
  std::map<const json::Value*, Choices> choices_;
  std::map<const json::Value*, std::optional<Regex>> patterns_;
  std::uint64_t pattern_steps_;
};

}  // namespace

std::vector<FieldError> validate(const json::Value& schema,
                                 const json::Value& answer,
                                 std::uint64_t pattern_steps) {
  if (schema.as_object() == nullptr) {
    return {{"", "type", "cannot be checked: the form has no schema"}};
  }
  Validation validation(pattern_steps);
  validation.field(schema, answer, "");
  return validation.take();
}

tl::unexpected<Error> bad_answer(const std::vector<FieldError>& errors) {
  json::Array list;
  for (const FieldError& error : errors) {
    json::Array loc{"body", "answer"};
    for (std::string& name : names_in(error.pointer)) loc.emplace_back(std::move(name));
    list.push_back(json::Object{{"type", error.type},
                                {"loc", std::move(loc)},
                                {"msg", error.message},
                                {"pointer", "#/answer" + error.pointer}});
  }
  const FieldError& first = errors.front();
  auto refusal =
      fail(ErrorCode::kInvalid, "approval.bad_answer", first.pointer + ": " + first.message);
  refusal.value().extra = json::write(json::Object{{"errors", std::move(list)}});
  return refusal;
}

std::string faults_in(const json::Value& schema, const json::Object& arguments) {
  if (!check_schema(schema)) return {};
  std::string faults;
  for (const FieldError& error : validate(schema, arguments)) {
    if (!faults.empty()) faults += "; ";
    faults.append(error.pointer.empty() ? "the arguments" : error.pointer.substr(1))
        .append(" ")
        .append(error.message);
  }
  return faults;
}

}  // namespace fermata::form
