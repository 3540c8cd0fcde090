#include "base/json.hpp"

#include <algorithm>
#include <cmath>

#include "base/assert.hpp"

namespace fermata::json {
namespace {

constexpr double kTwoTo63 = 9223372036854775808.0;

const Value& null_value() {
  static const Value null;
  return null;
}

template <class T>
int order(T a, T b) {
  if (a == b) return 0;
  return a < b ? -1 : 1;
}

// Exact: the integer is never turned into a double.
int compare(std::int64_t a, double b) {
  if (b >= kTwoTo63) return -1;
  if (b < -kTwoTo63) return 1;
  const double whole = std::trunc(b);
  const int whole_order = order(a, static_cast<std::int64_t>(whole));
  return whole_order != 0 ? whole_order : order(whole, b);
}

bool same_members(const Object& a, const Object& b) {
  return a.size() == b.size() && std::all_of(a.begin(), a.end(), [&](const Member& member) {
           const Value* other = b.find(member.first);
           return other != nullptr && *other == member.second;
         });
}

}  // namespace

Object::Object(std::initializer_list<Member> members) {
  for (const auto& [key, value] : members) set(key, value);
}

Object Object::from_unique(std::vector<Member> members) {
  Object object;
  object.members_ = std::move(members);
  return object;
}

const Value* Object::find(std::string_view key) const {
  for (const auto& [name, value] : members_) {
    if (name == key) return &value;
  }
  return nullptr;
}

Value& Object::set(std::string key, Value value) {
  for (auto& [name, old] : members_) {
    if (name == key) return old = std::move(value);
  }
  return members_.emplace_back(std::move(key), std::move(value)).second;
}

void Object::erase(std::string_view key) {
  std::erase_if(members_, [key](const Member& member) { return member.first == key; });
}

const Value& Value::operator[](std::string_view key) const {
  const Object* object = as_object();
  const Value* found = object == nullptr ? nullptr : object->find(key);
  return found == nullptr ? null_value() : *found;
}

std::string Value::string_or(std::string_view key, std::string_view fallback) const {
  const std::string* found = (*this)[key].as_string();
  return found == nullptr ? std::string(fallback) : *found;
}

std::int64_t Value::int_or(std::string_view key, std::int64_t fallback) const {
  const std::int64_t* found = (*this)[key].as_int();
  return found == nullptr ? fallback : *found;
}

bool Value::bool_or(std::string_view key, bool fallback) const {
  const bool* found = (*this)[key].as_bool();
  return found == nullptr ? fallback : *found;
}

bool operator==(const Value& a, const Value& b) {
  if (a.is_number() && b.is_number()) return canonical(a) == canonical(b);
  if (const Object* object = a.as_object()) {
    return b.as_object() != nullptr && same_members(*object, *b.as_object());
  }
  return a.data_ == b.data_;
}

int compare_numbers(const Value& a, const Value& b) {
  FERMATA_ASSERT(a.is_number() && b.is_number(), "only numbers have a numeric order");
  const auto *a_int = a.as_int(), *b_int = b.as_int();
  if (a_int != nullptr && b_int != nullptr) return order(*a_int, *b_int);
  if (a_int != nullptr) return compare(*a_int, *b.as_double());
  if (b_int != nullptr) return -compare(*b_int, *a.as_double());
  return order(*a.as_double(), *b.as_double());
}

}  // namespace fermata::json
