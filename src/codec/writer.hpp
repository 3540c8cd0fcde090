#pragma once

// The visitor that writes canonical JSON (RFC 8785) to the end of one string, without a tree in
// between: events are written several times per request.
//
// It relies on fields() for the order of names; values that callers gave are sorted here.

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

namespace fermata::codec {

class Writer {
 public:
  template <class T>
  using Ref = const T&;

  // Whoever makes it writes the braces.
  explicit Writer(std::string& text) : text_(text) {}

  template <class T>
  void operator()(std::string_view name, const T& member) {
    text_ += first_ ? "\"" : ",\"";
    first_ = false;
    text_ += name;
    text_ += "\":";
    append(member);
  }
  template <class T>
  void time(std::string_view name, const T& member) {
    (*this)(name, member);
  }
  template <class T>
  void duration(std::string_view name, const T& member) {
    (*this)(name, member);
  }
  template <class T>
  void secret(std::string_view name, const T& member) {
    (*this)(name, member);
  }

 private:
  void append(bool flag) { text_ += flag ? "true" : "false"; }
  void append(std::int64_t integer);
  void append(std::size_t count) { append(static_cast<std::int64_t>(count)); }
  void append(const std::string& string);
  void append(const json::Value& value);
  void append(const json::Object& object);
  void append(const std::map<std::string, std::string>& strings);

  template <class T>
  void append(const std::optional<T>& optional) {
    if (optional)
      append(*optional);
    else
      text_ += "null";
  }
  template <class T>
  void append(const std::vector<T>& items) {
    append_items(items);
  }
  void append(const std::set<std::string>& items) { append_items(items); }
  template <class... T>
  void append(const std::variant<T...>& variant) {
    std::visit([this](const auto& alternative) { this->append(alternative); }, variant);
  }
  template <class T>
  void append(const T& other) {
    if constexpr (std::is_enum_v<T>) {
      append(to_string(other));
    } else {
      text_ += '{';
      Writer nested(text_);
      fields(nested, other);
      text_ += '}';
    }
  }
  template <class Items>
  void append_items(const Items& items) {
    text_ += '[';
    bool first = true;
    for (const auto& item : items) {
      if (!first) text_ += ',';
      first = false;
      append(item);
    }
    text_ += ']';
  }

  std::string& text_;
  bool first_ = true;
};

}  // namespace fermata::codec
