#pragma once

// Random events of any type, from a seed: a visitor over codec's lists of fields that fills each
// member with what tends to be lost - empty and absent values, escapes, keys whose UTF-16 order is
// not their byte order, integers beyond 2^53, numbers that are only just finite.

#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "base/assert.hpp"
#include "codec/envelope.hpp"

namespace fermata::testing {

using codec::fields;

class RandomFill {
 public:
  template <class T>
  using Ref = T&;

  explicit RandomFill(std::mt19937_64& engine) : engine_(engine) {}

  template <class T>
  void operator()(std::string_view, T& member) {
    fill(member);
  }
  template <class T>
  void time(std::string_view, T& member) {
    fill(member);  // Perhaps absent; if not, a time that can be.
    std::optional<TimeMs> time = member;
    if (time) member = below(250'000'000'000'000);
  }
  void time(std::string_view, std::vector<TimeMs>& times) {
    times.resize(static_cast<std::size_t>(below(3)));
    for (TimeMs& time : times) time = below(250'000'000'000'000);
  }
  template <class T>
  void duration(std::string_view, T& member) {
    fill(member);
  }
  template <class T>
  void secret(std::string_view, T& member) {
    fill(member);
  }

  std::int64_t below(std::int64_t limit) {
    return std::uniform_int_distribution<std::int64_t>(0, limit - 1)(engine_);
  }

  void fill(bool& flag) { flag = below(2) == 0; }
  void fill(std::int64_t& integer) {
    using Limits = std::numeric_limits<std::int64_t>;
    switch (below(4)) {
      case 0:
        integer = below(10) - 5;
        break;
      case 1:
        integer = below(2) == 0 ? Limits::min() : Limits::max();
        break;
      default:
        integer = std::uniform_int_distribution<std::int64_t>(Limits::min())(engine_);
    }
  }
  void fill(std::size_t& count) { count = static_cast<std::size_t>(below(1'000'000)); }
  void fill(std::string& string) {
    static const std::array<std::string, 16> kPieces = {"a",
                                                        "refund",
                                                        "_",
                                                        "7",
                                                        " ",
                                                        "\"",
                                                        "\\",
                                                        "/",
                                                        "\n",
                                                        "\x01",
                                                        std::string(1, '\0'),
                                                        "\x7f",
                                                        "ü",
                                                        "\u2028",
                                                        "\uff21",
                                                        "\U0001d110"};
    string.clear();
    for (std::int64_t n = below(2) * below(12); n > 0; --n)
      string += kPieces[static_cast<std::size_t>(below(kPieces.size()))];
  }
  void fill(double& number) {
    static const std::array<double, 10> kNumbers = {
        0.0, -0.0, 0.1, 5e-324, 1.7976931348623157e308, 1e20, 9007199254740994.0, 1e-7, 1e21, -2.5};
    number = kNumbers[static_cast<std::size_t>(below(kNumbers.size()))];
    if (below(2) == 0) number = std::ldexp(static_cast<double>(below(1LL << 53)), exponent());
  }
  void fill(json::Value& value) { value = value_of_depth(3); }
  void fill(json::Object& object) { object = object_of_depth(3); }
  void fill(std::map<std::string, std::string>& strings) {
    strings.clear();
    for (std::int64_t n = below(4); n > 0; --n) fill(strings[text()]);
  }
  void fill(std::set<std::string>& strings) {
    strings.clear();
    for (std::int64_t n = below(4); n > 0; --n) strings.insert(text());
  }
  void fill(ActorKind& kind) { kind = static_cast<ActorKind>(below(5)); }
  void fill(Door& door) { door = static_cast<Door>(below(8)); }
  void fill(Dispatch& dispatch) { dispatch = static_cast<Dispatch>(below(3)); }
  void fill(Effects& effects) { effects = static_cast<Effects>(below(2)); }
  void fill(CallKind& kind) { kind = static_cast<CallKind>(below(5)); }
  void fill(ApprovalKind& kind) { kind = static_cast<ApprovalKind>(below(3)); }
  void fill(ApprovalStatus& status) { status = static_cast<ApprovalStatus>(below(8)); }
  void fill(DecisionKind& kind) { kind = static_cast<DecisionKind>(below(5)); }
  void fill(OnDeadline& on_deadline) { on_deadline = static_cast<OnDeadline>(below(4)); }
  void fill(KeyUse& use) { use = static_cast<KeyUse>(below(3)); }
  template <class T>
  void fill(std::optional<T>& optional) {
    optional.reset();
    if (below(2) == 0) fill(optional.emplace());
  }
  template <class T>
  void fill(std::vector<T>& items) {
    items.clear();
    for (std::int64_t n = below(4); n > 0; --n) fill(items.emplace_back());
  }
  template <class... T>
  void fill(std::variant<T...>& variant) {
    std::visit([this](auto& alternative) { this->fill(alternative); }, variant);
  }
  template <class T>
  void fill(T& other) {
    fields(*this, other);
  }

 private:
  int exponent() { return static_cast<int>(below(160)) - 80; }
  std::string text() {
    std::string string;
    fill(string);
    return string;
  }
  json::Object object_of_depth(int depth) {
    json::Object object;
    for (std::int64_t n = below(5); n > 0; --n) object.set(text(), value_of_depth(depth - 1));
    return object;
  }
  json::Value value_of_depth(int depth) {
    switch (below(depth > 0 ? 7 : 5)) {
      case 0:
        return {};
      case 1:
        return below(2) == 0;
      case 2: {
        std::int64_t integer = 0;
        fill(integer);
        return integer;
      }
      case 3: {
        double number = 0;
        fill(number);
        return number;
      }
      case 4:
        return text();
      case 5:
        return object_of_depth(depth);
      default: {
        json::Array array;
        for (std::int64_t n = below(5); n > 0; --n) array.push_back(value_of_depth(depth - 1));
        return array;
      }
    }
  }

  std::mt19937_64& engine_;
};

// An event of that type ("call.opened"), which must be one.
inline event::Recorded random_event(std::string_view type, std::mt19937_64& engine) {
  event::Recorded recorded;
  FERMATA_ASSERT(codec::emplace(type, recorded.payload), "the type of an event");
  RandomFill fill(engine);
  codec::Tag tag;
  codec::envelope(fill, recorded, tag);
  return recorded;
}

// The names of all alternatives, in the order of the variant.
inline std::vector<std::string> all_event_types() {
  return []<class... E>(std::type_identity<std::variant<E...>>) {
    return std::vector<std::string>{std::string(codec::kType<E>)...};
  }(std::type_identity<event::Event>{});
}

}  // namespace fermata::testing
