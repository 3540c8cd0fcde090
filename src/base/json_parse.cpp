#include <simdjson.h>

#include <algorithm>
#include <cstring>
#include <unordered_set>

#include "base/json.hpp"
#include "base/json_number.hpp"

namespace fermata::json {
namespace {

namespace ondemand = simdjson::ondemand;

// Fewer members than this are compared one with another, which costs no allocation.
constexpr std::size_t kSmallObject = 16;

bool all_differ(const std::vector<Member>& members) {
  if (members.size() < kSmallObject) {
    for (auto later = members.begin(); later != members.end(); ++later) {
      for (auto earlier = members.begin(); earlier != later; ++earlier) {
        if (earlier->first == later->first) return false;
      }
    }
    return true;
  }
  std::unordered_set<std::string_view> keys(members.size());
  return std::all_of(members.begin(), members.end(), [&keys](const Member& member) {
    return keys.insert(member.first).second;
  });
}

std::string_view trim(std::string_view text) {
  const std::size_t last = text.find_last_not_of(" \t\n\r");
  return text.substr(0, last == std::string_view::npos ? 0 : last + 1);
}

// Walks simdjson's tokens and checks each itself: simdjson finds strings, brackets and bad UTF-8
// quickly, but does not look at what nobody asks for.
class Reader {
 public:
  // The text is put between brackets: a lone number or string then needs no rules of its own, and
  // the copy brings the padding that simdjson reads into.
  Reader(std::string_view text, int max_depth) : padded_(text.size() + 2), max_depth_(max_depth) {
    padded_.data()[0] = '[';
    if (!text.empty()) std::memcpy(padded_.data() + 1, text.data(), text.size());
    padded_.data()[text.size() + 1] = ']';
  }

  Result<Value> read() {
    thread_local ondemand::parser parser;
    if (const auto error = parser.iterate(padded_).get(document_)) return refuse(error);
    walking_ = true;
    ondemand::array root;
    if (const auto error = document_.get_array().get(root)) return refuse(error);
    FERMATA_TRY(Array values, read_items(root, 0));
    if (values.size() != 1 || location() != nullptr) {
      return refuse("json.malformed", "the text must be one JSON value", location());
    }
    return std::move(values.front());
  }

 private:
  // Recursion ends at max_depth_.
  Result<Value> read_value(ondemand::value value, int depth) {
    ondemand::json_type type{};
    if (const auto error = value.type().get(type)) return refuse(error);
    switch (type) {
      case ondemand::json_type::array:
        return read_array(value, depth + 1);
      case ondemand::json_type::object:
        return read_object(value, depth + 1);
      case ondemand::json_type::string: {
        std::string_view string;
        if (const auto error = value.get_string().get(string)) return refuse(error);
        return Value(string);
      }
      default:
        return read_word(trim(value.raw_json_token()));
    }
  }

  // true, false, null or a number.
  Result<Value> read_word(std::string_view token) {
    if (token == "true") return Value(true);
    if (token == "false") return Value(false);
    if (token == "null") return Value();
    const auto number = read_number(token);
    if (const auto* integer = std::get_if<std::int64_t>(&number)) return Value(*integer);
    if (const auto* real = std::get_if<double>(&number)) return Value(*real);
    if (std::get<NumberFault>(number) == NumberFault::kOutOfRange) {
      return refuse("json.number_out_of_range",
                    "a number that cannot be kept exactly; send it as a string",
                    token.data());
    }
    return refuse("json.malformed", "neither a value nor a number", token.data());
  }

  Result<Value> read_array(ondemand::value value, int depth) {
    if (depth > max_depth_) return refuse_depth();
    ondemand::array array;
    if (const auto error = value.get_array().get(array)) return refuse(error);
    FERMATA_TRY(Array items, read_items(array, depth));
    return Value(std::move(items));
  }

  Result<Array> read_items(ondemand::array array, int depth) {
    Array items;
    for (auto next : array) {
      ondemand::value item;
      if (const auto error = next.get(item)) return refuse(error);
      FERMATA_TRY(Value read, read_value(item, depth));
      items.push_back(std::move(read));
    }
    return items;
  }

  Result<Value> read_object(ondemand::value value, int depth) {
    if (depth > max_depth_) return refuse_depth();
    const char* const start = location();
    ondemand::object object;
    if (const auto error = value.get_object().get(object)) return refuse(error);
    std::vector<Member> members;
    for (auto next : object) {
      std::string_view key;
      if (const auto error = next.unescaped_key().get(key)) return refuse(error);
      ondemand::value member;
      if (const auto error = next.value().get(member)) return refuse(error);
      members.emplace_back(key, Value());
      FERMATA_TRY(members.back().second, read_value(member, depth));
    }
    if (!all_differ(members)) {
      return refuse("json.duplicate_key", "an object with the same key twice", start);
    }
    return Value(Object::from_unique(std::move(members)));
  }

  // nullptr at the end of the text, and when simdjson refused it as a whole.
  const char* location() {
    if (!walking_) return nullptr;
    const char* at = nullptr;
    return document_.current_location().get(at) == simdjson::SUCCESS ? at : nullptr;
  }

  tl::unexpected<Error> refuse_depth() {
    return refuse("json.too_deep", "more than 64 levels of nesting", location());
  }

  tl::unexpected<Error> refuse(simdjson::error_code error) {
    const std::string detail = simdjson::error_message(error);
    switch (error) {
      case simdjson::UTF8_ERROR:
        return fail(ErrorCode::kInvalid, "json.invalid_utf8", "the text is not UTF-8", detail);
      case simdjson::UNCLOSED_STRING:
      case simdjson::EMPTY:
        return fail(ErrorCode::kInvalid, "json.malformed", "a string does not end", detail);
      default:
        return refuse("json.malformed", "not JSON", location(), detail);
    }
  }

  tl::unexpected<Error> refuse(const char* reason,
                               const std::string& what,
                               const char* at,
                               const std::string& detail = {}) {
    return fail(ErrorCode::kInvalid, reason, what + where(at), detail);
  }

  // " (line 1, column 7)"; columns count bytes. Empty when simdjson has no place to tell.
  std::string where(const char* at) const {
    const char* const first = padded_.data() + 1;
    const char* const last = first + padded_.length() - 2;
    if (at == nullptr || at < first || at > last) return {};
    const auto line = std::count(first, at, '\n') + 1;
    const char* line_start = at;
    while (line_start > first && line_start[-1] != '\n') --line_start;
    return " (line " + std::to_string(line) + ", column " + std::to_string(at - line_start + 1) +
           ")";
  }

  simdjson::padded_string padded_;
  const int max_depth_;
  ondemand::document document_;
  bool walking_ = false;
};

}  // namespace

Result<Value> parse(std::string_view text, int max_depth) { return Reader(text, max_depth).read(); }

}  // namespace fermata::json
