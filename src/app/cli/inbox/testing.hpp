#pragma once

// What the tests of the inbox say often: requests, keys, and what is on the screen.

#include <string>
#include <string_view>
#include <utility>

#include "app/cli/inbox/draw.hpp"
#include "base/utf8.hpp"

namespace fermata::app::cli::inbox {

inline json::Value request(const std::string& id, json::Object more = {}) {
  json::Object made{{"id", id},
                    {"kind", "call"},
                    {"status", "pending"},
                    {"action", "refund"},
                    {"agent", "refund-bot"},
                    {"hash", "h-" + id},
                    {"arguments", json::Object{{"amount", 250}, {"to", "Anna"}}},
                    {"rule", "refunds"},
                    {"created_at", "2026-11-23T12:00:00.000Z"}};
  for (const auto& [name, value] : more) made.set(name, value);
  return made;
}

inline const json::Array& two_of_finance() {
  static const json::Array thresholds = {json::Object{{"from", "finance"}, {"approve", 2}}};
  return thresholds;
}

// Somebody called ben, at noon, who has just been shown `requests`.
inline State inbox_of(const std::vector<json::Value>& requests) {
  State state;
  state.me = "ben";
  state.owner = "ben";
  state.now = *from_rfc3339("2026-11-23T12:00:00Z");
  begin(state);
  Listed news{false, std::vector<Row>(), false};
  for (const json::Value& one : requests) news.rows->push_back(row_of(one));
  update(state, Live{true});
  update(state, news);
  return state;
}

inline Wishes press(State& state, Key::Name name) { return update(state, Key{name, 0}); }

// As it is typed.
inline Wishes press(State& state, std::string_view text) {
  Wishes last;
  while (!text.empty()) {
    const CodePoint point = first_code_point(text);
    last = update(state, Key{Key::Name::kCharacter, point.value});
    text.remove_prefix(point.bytes);
  }
  return last;
}

// Opened, and come.
inline void open_first(State& state, const json::Value& request) {
  press(state, Key::Name::kEnter);
  update(state, Opened{request.string_or("id"), request, json::Value()});
}

template <class T>
const T* wanted(const Wishes& wishes) {
  for (const Wanted& one : wishes)
    if (const T* found = std::get_if<T>(&one)) return found;
  return nullptr;
}

inline std::string screen_text(State& state) {
  std::string text;
  for (const Line& line : draw(state).lines) text += text_of(line) + "\n";
  return text;
}

}  // namespace fermata::app::cli::inbox
