#pragma once

// The schema that surfaces which take JSON Schema are given, and values on their side of the edge.
// It is made from the fields, never copied from the request: same labels, help and limits, keys
// that nothing misreads, numbers that JavaScript would round as text, choices as texts, nothing
// that has to be looked up. Internal to ui/form.

#include "base/json.hpp"
#include "ui/form/edge.hpp"

namespace fermata::ui {

// What a surface makes of a schema.
struct EdgeDialect {
  bool formats = false;  // "format" is for the surface to check; else the judge alone does.
  bool full = true;      // pattern, exclusive bounds and steps too, which some do not know.
};

// Of one field; not of a constant, which is not asked.
json::Object edge_schema(const Field& field, bool required, const EdgeDialect& dialect);
// Of an object with these fields.
json::Object edge_object(const std::vector<Field>& fields,
                         bool required,
                         const EdgeDialect& dialect);

// A value that fits the field, as the surface has it.
json::Value edge_value(const Field& field, const json::Value& value);
// The way back.
Value value_from_edge(const Field& field, const json::Value& given);

// Reads a whole object with nested ones: as the surface has it, by edge_object's keys. An object
// that may be left out and in which nothing was given is left out.
Reading read_edge(const Form& form, const json::Value& raw);

// Where the error of `pointer`, of the answer, stands on the surface: its keys and positions.
std::vector<std::string> edge_path(const Form& form, const std::string& pointer);

}  // namespace fermata::ui
