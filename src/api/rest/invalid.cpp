#include "api/rest/invalid.hpp"

namespace fermata::api {
namespace {

// RFC 6901, as a URI fragment; loc[0] is "body".
std::string pointer_of(const json::Array& loc) {
  std::string pointer = "#";
  for (std::size_t i = 1; i < loc.size(); ++i) {
    pointer += '/';
    if (const std::int64_t* index = loc[i].as_int()) {
      pointer += std::to_string(*index);
      continue;
    }
    for (const char c : *loc[i].as_string()) {
      if (c == '~')
        pointer += "~0";
      else if (c == '/')
        pointer += "~1";
      else
        pointer += c;
    }
  }
  return pointer;
}

std::string words_of(const json::Array& loc) {
  std::string words;
  for (const json::Value& part : loc) {
    if (!words.empty()) words += '.';
    words += part.as_int() != nullptr ? std::to_string(*part.as_int()) : *part.as_string();
  }
  return words;
}

}  // namespace

void Invalid::add(std::string_view type,
                  json::Array loc,
                  std::string message,
                  std::string pointer) {
  ++count_;
  if (errors_.size() >= kMaxShown) return;
  json::Object error{{"type", type}, {"loc", loc}, {"msg", std::move(message)}};
  if (*loc.front().as_string() == "body")
    error.set("pointer", pointer.empty() ? pointer_of(loc) : std::move(pointer));
  errors_.emplace_back(std::move(error));
}

Result<void> Invalid::result() const {
  if (empty()) return {};
  const json::Value& first = errors_.front();
  std::string message = words_of(*first["loc"].as_array()) + ": " + first.string_or("msg");
  if (count_ > 1) message += " (and " + std::to_string(count_ - 1) + " more)";
  auto refusal = fail(ErrorCode::kInvalid, "request.invalid", std::move(message));
  refusal.value().extra = json::write(json::Object{{"errors", errors_}});
  return refusal;
}

}  // namespace fermata::api
