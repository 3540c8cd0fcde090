#pragma once

// A form as a list of fields: what every surface shows, in the same order, with the same labels,
// help, defaults and limits.
//
// form_of() reads a schema of core/form's subset once; a renderer per surface (rjsf.hpp, slack.hpp,
// ...) only translates the list. So no surface has rules of its own, and what one of them cannot
// show is found by looking at the list.
//
// Every text of it is visible (view/visible.hpp): an agent wrote it. Values are as they are.
//
// All of src/ui is pure: no clock, no I/O.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.hpp"

namespace fermata::ui {

enum class FieldKind {
  kText,
  kEmail,
  kUri,
  kDate,
  kTime,      // With its offset, as RFC 3339 has it.
  kDateTime,  // The same.
  kInteger,
  kNumber,
  kBoolean,
  kChoice,    // One of `choices`.
  kChoices,   // A list of `choices`, each at most once.
  kConstant,  // Not asked: `initial` is the only value, and a must.
  kObject,    // `fields` are its members.
  kList,      // `fields` has one entry: what each item is.
  kJson,      // Anything that the schema allows: written as JSON.
};

struct Choice {
  json::Value value;
  std::string label;
  std::string help;  // Or empty.
};

// As the schema writes them; null or none where it says nothing.
struct Limits {
  json::Value minimum, maximum;                         // Inclusive.
  json::Value above, below;                             // Exclusive.
  json::Value step;                                     // A value is a multiple of it.
  std::optional<std::uint64_t> min_length, max_length;  // In code points.
  std::optional<std::uint64_t> min_items, max_items;
  bool unique_items = false;
  std::string pattern;  // ECMAScript's, not anchored; or empty.
};

struct Field {
  std::string pointer;  // RFC 6901, into the answer: "/amount"; an item of a list: "/lines/-".
  std::string name;     // Of the member; empty for an item.
  std::string label;    // Never empty, except for an item.
  std::string help;     // Or empty; without the limits (limits_in_words).
  std::string placeholder;
  FieldKind kind = FieldKind::kText;
  bool required = false;               // In the object that it is a member of.
  bool multiline = false;              // Of kText: asked in a large box.
  bool expanded = false;               // Of kChoice, kChoices: all choices stand in view.
  std::optional<json::Value> initial;  // The default, where it fits its own field.
  Limits limits;
  std::vector<Choice> choices;  // Those that fit the field's own limits; may be none.
  bool texts = false;           // Every choice is a text, none of them empty, and all visible.
  std::vector<Field> fields;    // See kObject and kList.
  json::Value schema;           // The field's own; a constraint on nothing else.

  // Has fields of its own: not every surface can show it.
  bool nested() const { return kind == FieldKind::kObject || kind == FieldKind::kList; }
};

struct Form {
  std::string title;  // Or empty.
  std::string help;   // Or empty.
  std::vector<Field> fields;
  json::Value schema;  // That answers are judged by (form::validate).
};

// `schema` has passed form::check_schema. `hints` is null or an object; what it says beyond this is
// ignored, as hints change no answer:
//   {"order": ["amount", "*"],                  names; * stands for those not named
//    "fields": {"/amount": {"label", "help", "placeholder",
//                           "widget": "textarea" | "radio" | "select",
//                           "order": [...]}}}   of a nested object
Form form_of(const json::Value& schema, const json::Value& hints = {});

// A field that can be asked by itself: the members of nested objects, on surfaces that are flat.
struct Leaf {
  const Field* field = nullptr;
  std::string label;      // "Customer: Name", from the outermost on.
  std::string help;       // help_with_limits; the first of an object has the object's before it.
  bool required = false;  // And so is every object around it.
};

// In the order of the form; lists and constants included, objects by their members. The leaves
// point into `form`.
std::vector<Leaf> leaves(const Form& form);

// "amountDue" and "amount_due" -> "Amount due".
std::string label_of(std::string_view name);

// "At least 3 characters. In steps of 0.01."; empty without limits.
std::string limits_in_words(const Field& field);

// The help, that of the choices and the limits: what every surface shows beside the field.
std::string help_with_limits(const Field& field);

}  // namespace fermata::ui
