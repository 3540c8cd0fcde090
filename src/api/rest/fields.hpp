#pragma once

// The strict reader of a request's body: each field is named once, with its type and limits, and
// goes straight into the command.
//
//   Fields fields(body);
//   fields.text("worker", wish.worker, {.required = true, .max = 200, .shape = kLine});
//   fields.integer("lease_s", lease_s, {.min = 1, .max = 3600});
//   FERMATA_CHECK_OK(fields.finish());
//
// Everything that is wrong is told at once, and a field that nobody named is refused: a misspelt
// "thresholds" must never mean "no thresholds" (P2). null is a value of its own type, not absence.
// A field that does not fit leaves its output as it was.

#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/rest/invalid.hpp"
#include "api/rest/shape.hpp"
#include "base/json.hpp"

namespace fermata::api {

struct TextRule {
  bool required = false;
  std::size_t min = 0;
  std::size_t max = 200;  // Characters, not bytes.
  Shape shape = kAnyText;
};

struct IntegerRule {
  bool required = false;
  std::int64_t min = 0;
  std::int64_t max = std::numeric_limits<std::int64_t>::max();
};

struct ListRule {
  bool required = false;
  std::size_t min = 0;
  std::size_t max = 100;
  bool unique = false;
};

class Fields {
 public:
  // `body` outlives the reader. A body that is no object is told, and has no fields.
  explicit Fields(const json::Value& body);

  bool has(std::string_view name) const;
  // Whether everything so far fitted.
  bool valid() const;
  // For what only the handler can see. `name` is a field of this reader.
  void refuse(std::string_view type, std::string_view name, std::string message);

  void text(std::string_view name, std::string& out, TextRule rule);
  void integer(std::string_view name, std::int64_t& out, IntegerRule rule);
  void integer(std::string_view name, std::optional<std::int64_t>& out, IntegerRule rule);
  void boolean(std::string_view name, bool& out);
  // An RFC 3339 time.
  void time(std::string_view name, std::optional<std::int64_t>& out_ms);
  // Any JSON, null included.
  void any(std::string_view name, json::Value& out, bool required = false);
  void object(std::string_view name, json::Object& out, bool required = false);
  void texts(std::string_view name, std::vector<std::string>& out, ListRule list, TextRule each);
  // A field whose value is one of a closed set; `parse` tells absence of a match by nullopt.
  template <class Enum>
  void choice(std::string_view name,
              Enum& out,
              std::optional<Enum> (*parse)(const std::string&),
              std::string_view names,
              bool required = false);
  // An object, or a list of objects, with fields of their own.
  void nested(std::string_view name, const std::function<void(Fields&)>& read, bool required);
  void list(std::string_view name, ListRule rule, const std::function<void(Fields&)>& read);

  // kInvalid request.invalid with all that was wrong, fields that nobody named included.
  Result<void> finish();

 private:
  Fields(const json::Value& value, json::Array loc, Invalid& invalid);
  json::Array loc_of(std::string_view name) const;
  void add(std::string_view type, std::string_view name, std::string message);
  // Marks the field as named; nullptr when absent, which is told if it was required.
  const json::Value* take(std::string_view name, bool required);
  bool check_text(const json::Value& value, const json::Array& loc, const TextRule& rule);
  bool check_size(std::size_t size, std::string_view name, const ListRule& rule);
  void refuse_unnamed();

  json::Array loc_;
  const json::Object* object_ = nullptr;
  std::vector<std::string_view> named_;
  Invalid own_;
  Invalid* invalid_;  // own_, or that of the reader this one is nested in.
};

template <class Enum>
void Fields::choice(std::string_view name,
                    Enum& out,
                    std::optional<Enum> (*parse)(const std::string&),
                    std::string_view names,
                    bool required) {
  const json::Value* value = take(name, required);
  if (value == nullptr) return;
  const std::string* word = value->as_string();
  const std::optional<Enum> found = word == nullptr ? std::nullopt : parse(*word);
  if (found)
    out = *found;
  else
    add("enum", name, "must be one of " + std::string(names));
}

}  // namespace fermata::api
