#include "codec/reader.hpp"

#include <algorithm>

namespace fermata::codec {
namespace {

template <class T>
Fault assign(const T* found, T& target, const char* fault) {
  if (found == nullptr) return fault;
  target = *found;
  return {};
}

// `from` may know no absence; so the name is what must come out again.
template <class Enum, class From>
Fault read_name(const json::Value& value, Enum& target, From from) {
  const std::string* name = value.as_string();
  if (name == nullptr) return ": not a string";
  const std::optional<Enum> found = from(*name);
  if (!found || to_string(*found) != *name) return ": no such name, '" + *name + "'";
  target = *found;
  return {};
}

}  // namespace

Reader::Reader(const json::Value& value) : object_(value.as_object()) {
  if (object_ == nullptr)
    fault_ = ": not an object";
  else
    next_ = object_->begin();
}

const json::Value* Reader::take(std::string_view name) {
  if (!fault_.empty()) return nullptr;
  ++taken_;
  if (next_ != object_->end() && next_->first == name) return &(next_++)->second;
  const json::Value* found = object_->find(name);  // A lifted event is not in canonical order.
  if (found == nullptr) set_fault(name, ": missing");
  return found;
}

bool Reader::can_be_written(const std::optional<TimeMs>& time) {
  constexpr TimeMs kLast = 250'000'000'000'000;  // In the year 9892.
  return !time || (*time >= 0 && *time <= kLast);
}

bool Reader::can_be_written(const std::vector<TimeMs>& times) {
  return std::all_of(
      times.begin(), times.end(), [](TimeMs time) { return can_be_written(std::optional(time)); });
}

void Reader::set_fault(std::string_view name, const Fault& inner) {
  fault_.append(".").append(name).append(inner);
}

Fault Reader::finish() const {
  if (fault_.empty() && taken_ != object_->size()) return ": members that nobody knows";
  return fault_;
}

Fault Reader::read(const json::Value& value, bool& flag) {
  return assign(value.as_bool(), flag, ": not a boolean");
}

Fault Reader::read(const json::Value& value, std::int64_t& integer) {
  return assign(value.as_int(), integer, ": not an integer");
}

Fault Reader::read(const json::Value& value, std::size_t& count) {
  const std::int64_t* integer = value.as_int();
  if (integer == nullptr || *integer < 0) return ": not a count";
  count = static_cast<std::size_t>(*integer);
  return {};
}

Fault Reader::read(const json::Value& value, std::string& string) {
  return assign(value.as_string(), string, ": not a string");
}

Fault Reader::read(const json::Value& value, json::Value& any) {
  any = value;
  return {};
}

Fault Reader::read(const json::Value& value, json::Object& object) {
  return assign(value.as_object(), object, ": not an object");
}

Fault Reader::read(const json::Value& value, std::map<std::string, std::string>& strings) {
  const json::Object* object = value.as_object();
  if (object == nullptr) return ": not an object";
  for (const auto& [key, member] : *object)
    if (const Fault inner = read(member, strings[key]); !inner.empty())
      return Fault(".").append(key).append(inner);
  return {};
}

Fault Reader::read(const json::Value& value, std::set<std::string>& strings) {
  std::vector<std::string> items;
  if (Fault fault = read(value, items); !fault.empty()) return fault;
  strings.insert(items.begin(), items.end());
  return strings.size() == items.size() ? Fault{} : ": the same string twice";
}

Fault Reader::read(const json::Value& value, ActorKind& kind) {
  return read_name(value, kind, actor_kind_from);
}
Fault Reader::read(const json::Value& value, Door& door) {
  return read_name(value, door, door_from);
}
Fault Reader::read(const json::Value& value, Dispatch& dispatch) {
  return read_name(value, dispatch, dispatch_from);
}
Fault Reader::read(const json::Value& value, Effects& effects) {
  return read_name(value, effects, effects_from);
}
Fault Reader::read(const json::Value& value, CallKind& kind) {
  return read_name(value, kind, call_kind_from);
}
Fault Reader::read(const json::Value& value, ApprovalKind& kind) {
  return read_name(value, kind, approval_kind_from);
}
Fault Reader::read(const json::Value& value, ApprovalStatus& status) {
  return read_name(value, status, approval_status_from);
}
Fault Reader::read(const json::Value& value, DecisionKind& kind) {
  return read_name(value, kind, decision_kind_from);
}
Fault Reader::read(const json::Value& value, OnDeadline& on_deadline) {
  return read_name(value, on_deadline, on_deadline_from);
}
Fault Reader::read(const json::Value& value, KeyUse& use) {
  return read_name(value, use, key_use_from);
}

}  // namespace fermata::codec
