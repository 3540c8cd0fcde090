#include "ui/form/field.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <utility>

#include "core/form/form.hpp"
#include "core/form/schema.hpp"
#include "ui/view/visible.hpp"

namespace fermata::ui {
namespace {

constexpr std::uint64_t kLongText = 200;  // From this many characters on, a large box.
constexpr std::size_t kFewChoices = 5;    // So many stand in view at once.
constexpr std::uint64_t kPatternSteps = 10'000'000;

const json::Value* member(const json::Value& value, std::string_view key) {
  return value.as_object() == nullptr ? nullptr : value.as_object()->find(key);
}

Choice choice_of(const json::Value& entry, bool with_title) {
  Choice choice;
  choice.value = with_title ? entry["const"] : entry;
  if (with_title) {
    choice.label = entry.string_or("title");
    choice.help = entry.string_or("description");
  }
  if (choice.label.empty()) {
    const std::string* text = choice.value.as_string();
    choice.label = text != nullptr && !text->empty() ? *text : json::write(choice.value);
  }
  choice.label = visible_line(choice.label).text;
  choice.help = visible_text(choice.help).text;
  return choice;
}

// Two choices that read the same are told apart by their values.
void tell_apart(std::vector<Choice>& choices) {
  std::map<std::string, int> labels;
  for (const Choice& choice : choices) ++labels[choice.label];
  for (Choice& choice : choices) {
    if (labels[choice.label] > 1)
      choice.label += " (" + visible_line(json::write(choice.value)).text + ")";
  }
}

// The positions of what does not fit `schema`; form::validate tells of a hundred at a time.
std::set<std::size_t> misfits(const json::Value& schema, const std::vector<Choice>& choices) {
  const json::Value list = json::Object{{"type", "array"}, {"items", schema}};
  std::vector<std::size_t> left(choices.size());
  for (std::size_t i = 0; i < left.size(); ++i) left[i] = i;
  std::set<std::size_t> found;
  while (!left.empty()) {
    json::Array values;
    for (const std::size_t i : left) values.push_back(choices[i].value);
    const auto errors = form::validate(list, values, kPatternSteps);
    if (errors.empty()) break;
    for (const auto& error : errors) found.insert(left[std::stoul(error.pointer.substr(1))]);
    std::erase_if(left, [&](std::size_t i) { return found.count(i) > 0; });
  }
  return found;
}

// What is left of a field's schema once its choices are taken from `keyword`.
json::Value without_choices(const json::Value& schema, std::string_view keyword) {
  json::Object rest = *schema.as_object();
  for (const std::string_view name : {std::string_view("title"),
                                      std::string_view("description"),
                                      std::string_view("default"),
                                      std::string_view("type"),
                                      keyword}) {
    rest.erase(name);
  }
  return rest;
}

// Of enum, oneOf and anyOf, those that everything else in the schema permits too.
std::optional<std::vector<Choice>> choices_of(const json::Value& schema) {
  for (const std::string_view keyword : {"oneOf", "anyOf", "enum"}) {
    const json::Value* operand = member(schema, keyword);
    if (operand == nullptr || operand->as_array() == nullptr) continue;
    std::vector<Choice> choices;
    for (const json::Value& entry : *operand->as_array()) {
      choices.push_back(choice_of(entry, keyword != "enum"));
    }
    const json::Value rest = without_choices(schema, keyword);
    if (rest.as_object()->empty()) return choices;
    const std::set<std::size_t> unfit = misfits(rest, choices);
    std::vector<Choice> fitting;
    for (std::size_t i = 0; i < choices.size(); ++i) {
      if (unfit.count(i) == 0) fitting.push_back(std::move(choices[i]));
    }
    return fitting;
  }
  return std::nullopt;
}

std::optional<std::uint64_t> count(const json::Value& schema, std::string_view keyword) {
  return form::count_of(schema[keyword]);
}

Limits limits_of(const json::Value& schema) {
  Limits limits;
  limits.minimum = schema["minimum"];
  limits.maximum = schema["maximum"];
  limits.above = schema["exclusiveMinimum"];
  limits.below = schema["exclusiveMaximum"];
  limits.step = schema["multipleOf"];
  limits.min_length = count(schema, "minLength");
  limits.max_length = count(schema, "maxLength");
  limits.min_items = count(schema, "minItems");
  limits.max_items = count(schema, "maxItems");
  limits.unique_items = schema.bool_or("uniqueItems");
  limits.pattern = schema.string_or("pattern");
  return limits;
}

FieldKind kind_of_text(const std::string& format) {
  constexpr std::array<std::pair<std::string_view, FieldKind>, 5> kFormats{{
      {"email", FieldKind::kEmail},
      {"uri", FieldKind::kUri},
      {"date", FieldKind::kDate},
      {"time", FieldKind::kTime},
      {"date-time", FieldKind::kDateTime},
  }};
  for (const auto& [name, kind] : kFormats) {
    if (name == format) return kind;
  }
  return FieldKind::kText;
}

// Of a schema without choices and constants.
FieldKind kind_by_type(const json::Value& schema) {
  const std::string type = schema.string_or("type");
  if (type == "string") return kind_of_text(schema.string_or("format"));
  if (type == "integer") return FieldKind::kInteger;
  if (type == "number") return FieldKind::kNumber;
  if (type == "boolean") return FieldKind::kBoolean;
  const json::Object* members = schema["properties"].as_object();
  if (type == "object" && members != nullptr && !members->empty()) return FieldKind::kObject;
  if (type == "array" && member(schema, "items") != nullptr) return FieldKind::kList;
  return FieldKind::kJson;
}

class FormReader {
 public:
  explicit FormReader(const json::Value& hints) : hints_(hints["fields"]) {}

  std::vector<Field> form(const json::Value& schema, const json::Value& order) const {
    std::vector<Field> fields = members(schema, "", order);
    const json::Value* given = member(schema, "default");
    const bool fits = given != nullptr && form::validate(schema, *given, kPatternSteps).empty();
    if (fits) settle_members(fields, *given);
    return fields;
  }

 private:
  std::vector<Field> members(const json::Value& schema,
                             const std::string& at,
                             const json::Value& order) const {
    std::vector<Field> fields;
    const json::Object* properties = schema["properties"].as_object();
    if (properties == nullptr) return fields;
    for (const std::string& name : ordered(*properties, order)) {
      Field read = field(*properties->find(name), form::pointer_to(at, name), name);
      read.required = is_required(schema, name);
      settle_constant(read);
      fields.push_back(std::move(read));
    }
    return fields;
  }

  Field field(const json::Value& schema, const std::string& at, const std::string& name) const {
    const json::Value& hint = hints_[at];
    Field read;
    read.pointer = at;
    read.name = name;
    read.schema = schema;
    read.label = line_of({hint.string_or("label"), schema.string_or("title"), label_of(name)});
    read.help =
        visible_text(first_of({hint.string_or("help"), schema.string_or("description")})).text;
    read.placeholder = line_of({hint.string_or("placeholder")});
    read.limits = limits_of(schema);
    settle_kind(read, hint);
    settle_look(read, hint.string_or("widget"));
    settle_default(read);
    return read;
  }

  void settle_kind(Field& read, const json::Value& hint) const {
    const json::Value& schema = read.schema;
    if (auto choices = choices_of(schema)) {
      read.kind = FieldKind::kChoice;
      read.choices = *std::move(choices);
      settle_choices(read);
      return;
    }
    if (member(schema, "const") != nullptr) {
      read.kind = FieldKind::kConstant;
      return;
    }
    read.kind = kind_by_type(schema);
    if (read.kind == FieldKind::kObject) {
      read.fields = members(schema, read.pointer, hint["order"]);
    }
    if (read.kind != FieldKind::kList) return;
    Field item = field(schema["items"], read.pointer + "/-", "");
    settle_constant(item);
    if (item.kind == FieldKind::kChoice) {
      read.kind = FieldKind::kChoices;
      read.choices = std::move(item.choices);
      read.texts = item.texts;
    } else {
      item.required = true;
      item.label.clear();
      read.fields.push_back(std::move(item));
    }
  }

  static void settle_choices(Field& read) {
    tell_apart(read.choices);
    read.texts = std::all_of(read.choices.begin(), read.choices.end(), [](const Choice& choice) {
      const std::string* text = choice.value.as_string();
      return text != nullptr && !text->empty() && !visible_line(*text).marks;
    });
  }

  // A constant that may be left out is a choice between it and nothing.
  static void settle_constant(Field& read) {
    if (read.kind != FieldKind::kConstant) return;
    const json::Value& only = read.schema["const"];
    const bool fits = form::validate(read.schema, only, kPatternSteps).empty();
    if (read.required && fits) {
      read.initial = only;
      return;
    }
    read.kind = FieldKind::kChoice;
    read.expanded = true;
    if (fits) read.choices.push_back(choice_of(only, false));
    settle_choices(read);
  }

  static void settle_look(Field& read, const std::string& widget) {
    const bool chosen = read.kind == FieldKind::kChoice || read.kind == FieldKind::kChoices;
    read.expanded =
        chosen && (widget == "radio" || (widget != "select" && read.choices.size() <= kFewChoices));
    read.multiline = read.kind == FieldKind::kText &&
                     (widget == "textarea" || read.limits.max_length.value_or(0) > kLongText);
  }

  static void settle_default(Field& read) {
    const json::Value* given = member(read.schema, "default");
    if (given == nullptr || !form::validate(read.schema, *given, kPatternSteps).empty()) return;
    if (read.kind == FieldKind::kChoices) {
      // A choice is made once; a default that makes it twice cannot be shown.
      std::set<std::string> seen;
      for (const json::Value& item : *given->as_array()) {
        if (!seen.insert(json::canonical(item)).second) return;
      }
    }
    if (read.kind == FieldKind::kObject) return settle_members(read.fields, *given);
    read.initial = *given;
    // A choice has a label; what is typed goes into a box as it is, and there it cannot be seen.
    const std::string* text = given->as_string();
    const bool typed = text != nullptr && read.kind != FieldKind::kChoice;
    if (const Visible shown = visible_text(typed ? *text : ""); shown.marks) {
      read.help += (read.help.empty() ? "" : " ") +
                   ("The proposed text has characters that are not seen: " + shown.text + ".");
    }
  }

  // What an object's default says of its members stands before what they say themselves.
  static void settle_members(std::vector<Field>& fields, const json::Value& given) {
    for (Field& field : fields) {
      const json::Value* value = member(given, field.name);
      if (value == nullptr || field.kind == FieldKind::kConstant) continue;
      field.schema.as_object()->set("default", *value);
      settle_default(field);
    }
  }

  static bool is_required(const json::Value& schema, const std::string& name) {
    const json::Array* names = schema["required"].as_array();
    return names != nullptr &&
           std::find(names->begin(), names->end(), json::Value(name)) != names->end();
  }

  // The names in `order`, with all others where its * stands, or behind.
  static std::vector<std::string> ordered(const json::Object& properties,
                                          const json::Value& order) {
    std::vector<std::string> before, after;
    std::set<std::string> named;
    bool starred = false;
    for (const json::Value& entry : order.as_array() ? *order.as_array() : json::Array{}) {
      const std::string* name = entry.as_string();
      if (name == nullptr) continue;
      if (properties.find(*name) == nullptr) {
        starred = starred || *name == "*";
      } else if (named.insert(*name).second) {
        (starred ? after : before).push_back(*name);
      }
    }
    for (const auto& [name, schema] : properties) {
      if (named.count(name) == 0) before.push_back(name);
    }
    before.insert(before.end(), after.begin(), after.end());
    return before;
  }

  static std::string line_of(std::initializer_list<std::string> texts) {
    return visible_line(first_of(texts)).text;
  }

  static std::string first_of(std::initializer_list<std::string> texts) {
    for (const std::string& text : texts) {
      if (!text.empty()) return text;
    }
    return {};
  }

  const json::Value& hints_;
};

// Members of one object, and of those in it. `help` is that of the objects around, until it is
// told.
void add_leaves(const std::vector<Field>& fields,
                const Leaf& around,
                std::string& help,
                std::vector<Leaf>& found) {
  for (const Field& field : fields) {
    Leaf leaf{&field, around.label + field.label, "", around.required && field.required};
    if (field.kind == FieldKind::kObject) {
      if (!field.help.empty()) help += leaf.label + ": " + field.help + " ";
      leaf.label += ": ";
      add_leaves(field.fields, leaf, help, found);
      continue;
    }
    leaf.help = field.kind == FieldKind::kConstant ? "" : help + help_with_limits(field);
    if (field.kind != FieldKind::kConstant) help.clear();
    if (leaf.help.ends_with(' ')) leaf.help.pop_back();
    found.push_back(std::move(leaf));
  }
}

}  // namespace

Form form_of(const json::Value& schema, const json::Value& hints) {
  Form form;
  form.title = visible_line(schema.string_or("title")).text;
  form.help = visible_text(schema.string_or("description")).text;
  form.fields = FormReader(hints).form(schema, hints["order"]);
  form.schema = schema;
  return form;
}

std::vector<Leaf> leaves(const Form& form) {
  std::vector<Leaf> found;
  std::string help;
  add_leaves(form.fields, Leaf{nullptr, "", "", true}, help, found);
  return found;
}

}  // namespace fermata::ui
