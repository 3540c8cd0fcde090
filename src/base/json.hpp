#pragma once

// A JSON value, its strict parser and its canonical writer.
//
// Value keeps what JSON can say and programs tend to lose: whole numbers exactly (int64, also those
// written as 1.0 or 1e2), others as the nearest double, objects in the order they were written. Two
// values are equal when their canonical forms are.
//
// parse() is strict, because what it accepts is what people are shown and sign for: UTF-8 only, no
// duplicate keys, no number that would become infinite, vanish or lose integer digits, depth at
// most 64. Strings of a Value must be UTF-8 and doubles finite, whoever made it: the writer relies
// on it.
//
// canonical() writes RFC 8785 (JCS): keys sorted by UTF-16 code units, shortest numbers, no spaces.
// One difference, on purpose: an integer beyond 2^53 is written with all of its digits, so that two
// different amounts never share a hash.

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/result.hpp"

namespace fermata::json {

class Value;
using Array = std::vector<Value>;
using Member = std::pair<std::string, Value>;

// Members in written order; keys are unique (the parser refuses others, set() replaces).
class Object {
 public:
  Object() = default;
  Object(std::initializer_list<Member> members);
  // For a writer that knows its keys differ: spares the search that set() makes for each.
  static Object from_unique(std::vector<Member> members);
  const Value* find(std::string_view key) const;  // nullptr when absent.
  Value& set(std::string key, Value value);
  void erase(std::string_view key);  // It is not an error if the key is absent.
  bool empty() const;
  std::size_t size() const;
  std::vector<Member>::const_iterator begin() const;
  std::vector<Member>::const_iterator end() const;

 private:
  std::vector<Member> members_;
};

class Value {
 public:
  Value() = default;  // null
  Value(std::nullptr_t) {}
  Value(bool value) : data_(value) {}
  Value(int value) : data_(std::int64_t{value}) {}
  Value(std::int64_t value) : data_(value) {}
  Value(double value) : data_(value) {}
  Value(const char* value) : data_(std::string(value)) {}
  Value(std::string_view value) : data_(std::string(value)) {}
  Value(std::string value) : data_(std::move(value)) {}
  Value(Array value) : data_(std::move(value)) {}
  Value(Object value) : data_(std::move(value)) {}

  bool is_null() const { return std::holds_alternative<std::monostate>(data_); }
  bool is_number() const { return as_int() != nullptr || as_double() != nullptr; }
  const bool* as_bool() const { return std::get_if<bool>(&data_); }
  const std::int64_t* as_int() const { return std::get_if<std::int64_t>(&data_); }
  const double* as_double() const { return std::get_if<double>(&data_); }
  const std::string* as_string() const { return std::get_if<std::string>(&data_); }
  const Array* as_array() const { return std::get_if<Array>(&data_); }
  const Object* as_object() const { return std::get_if<Object>(&data_); }
  Array* as_array() { return std::get_if<Array>(&data_); }
  Object* as_object() { return std::get_if<Object>(&data_); }

  // Readers for values that our own code wrote; a missing or other-typed member gives the fallback.
  const Value& operator[](std::string_view key) const;  // null when absent or no object.
  std::string string_or(std::string_view key, std::string_view fallback = {}) const;
  std::int64_t int_or(std::string_view key, std::int64_t fallback = 0) const;
  bool bool_or(std::string_view key, bool fallback = false) const;

  friend bool operator==(const Value& a, const Value& b);

 private:
  std::variant<std::monostate, bool, std::int64_t, double, std::string, Array, Object> data_;
};

inline bool Object::empty() const { return members_.empty(); }
inline std::size_t Object::size() const { return members_.size(); }
inline std::vector<Member>::const_iterator Object::begin() const { return members_.begin(); }
inline std::vector<Member>::const_iterator Object::end() const { return members_.end(); }

inline constexpr int kMaxDepth = 64;  // Of what comes from outside.
// Of what we wrote ourselves: a caller's value stands a few levels deeper in an event or a
// document.
inline constexpr int kMaxStoredDepth = kMaxDepth + 16;

// Refuses with kInvalid: json.malformed, json.invalid_utf8, json.duplicate_key, json.too_deep,
// json.number_out_of_range. The message says at which line and column, except for a text whose
// strings do not end or that is no UTF-8. Thread-safe.
Result<Value> parse(std::string_view text, int max_depth = kMaxDepth);

std::string canonical(const Value& value);               // RFC 8785, see above.
std::string write(const Value& value);                   // Compact, members in written order.
std::string pretty(const Value& value, int indent = 2);  // For people.

// Numeric order of two numbers without rounding integers; both must be numbers.
int compare_numbers(const Value& a, const Value& b);

}  // namespace fermata::json
