#pragma once

// The visitor that fills what fields() lists from a parsed object, and says where it does not fit.
//
// Strict: each member must be there with its type, and there must be no others. The first fault
// stays; what is read after it is left as it was.

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>
#include <vector>

#include "base/json.hpp"
#include "core/actor.hpp"
#include "core/approval/approval.hpp"
#include "core/directory/directory.hpp"
#include "core/workflow/workflow.hpp"

namespace fermata::codec {

// Where and what, as in ".payload.epoch: not an integer"; empty: none.
using Fault = std::string;

class Reader {
 public:
  template <class T>
  using Ref = T&;

  // `value` must outlive the reader.
  explicit Reader(const json::Value& value);

  template <class T>
  void operator()(std::string_view name, T& member) {
    const json::Value* value = take(name);
    if (value == nullptr) return;
    if (const Fault inner = read(*value, member); !inner.empty()) set_fault(name, inner);
  }
  template <class T>
  void time(std::string_view name, T& member) {
    const bool sound = fault_.empty();
    (*this)(name, member);
    if (sound && fault_.empty() && !can_be_written(member)) set_fault(name, ": no time of ours");
  }
  template <class T>
  void duration(std::string_view name, T& member) {
    (*this)(name, member);
  }
  template <class T>
  void secret(std::string_view name, T& member) {
    (*this)(name, member);
  }

  // The first fault; to be asked after the last member, as it also finds what nobody read.
  Fault finish() const;

 private:
  // nullptr, and a fault, when it is missing; nullptr when there was a fault before.
  const json::Value* take(std::string_view name);
  void set_fault(std::string_view name, const Fault& inner);
  // Years 1970 to 9999, with room for what is added to them.
  static bool can_be_written(const std::optional<TimeMs>& time);
  static bool can_be_written(const std::vector<TimeMs>& times);

  static Fault read(const json::Value& value, bool& flag);
  static Fault read(const json::Value& value, std::int64_t& integer);
  static Fault read(const json::Value& value, std::size_t& count);
  static Fault read(const json::Value& value, std::string& string);
  static Fault read(const json::Value& value, json::Value& any);
  static Fault read(const json::Value& value, json::Object& object);
  static Fault read(const json::Value& value, std::map<std::string, std::string>& strings);
  static Fault read(const json::Value& value, std::set<std::string>& strings);
  static Fault read(const json::Value& value, ActorKind& kind);
  static Fault read(const json::Value& value, Door& door);
  static Fault read(const json::Value& value, Dispatch& dispatch);
  static Fault read(const json::Value& value, Effects& effects);
  static Fault read(const json::Value& value, CallKind& kind);
  static Fault read(const json::Value& value, ApprovalKind& kind);
  static Fault read(const json::Value& value, ApprovalStatus& status);
  static Fault read(const json::Value& value, DecisionKind& kind);
  static Fault read(const json::Value& value, OnDeadline& on_deadline);
  static Fault read(const json::Value& value, KeyUse& use);

  template <class T>
  static Fault read(const json::Value& value, std::optional<T>& optional) {
    if (value.is_null()) return {};
    return read(value, optional.emplace());
  }
  template <class T>
  static Fault read(const json::Value& value, std::vector<T>& items) {
    const json::Array* array = value.as_array();
    if (array == nullptr) return ": not an array";
    items.reserve(array->size());
    for (const json::Value& item : *array)
      if (Fault inner = read(item, items.emplace_back()); !inner.empty())
        return "[" + std::to_string(items.size() - 1) + "]" + inner;
    return {};
  }
  // Into the alternative that it holds.
  template <class... T>
  static Fault read(const json::Value& value, std::variant<T...>& variant) {
    return std::visit([&](auto& alternative) { return read(value, alternative); }, variant);
  }
  template <class T>
  static Fault read(const json::Value& value, T& other) {
    static_assert(std::is_aggregate_v<T>);
    Reader nested(value);
    fields(nested, other);
    return nested.finish();
  }

  const json::Object* object_;
  std::vector<json::Member>::const_iterator next_;  // Where the next member should be.
  std::size_t taken_ = 0;
  Fault fault_;
};

}  // namespace fermata::codec
