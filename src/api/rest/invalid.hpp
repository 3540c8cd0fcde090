#pragma once

// What is wrong with a request, field by field, in FastAPI's shape: {type, loc, msg, pointer}.

#include <string>
#include <string_view>
#include <vector>

#include "base/json.hpp"
#include "base/result.hpp"

namespace fermata::api {

// Collects; one answer tells them all. At most kMaxShown are told.
class Invalid {
 public:
  static constexpr std::size_t kMaxShown = 50;

  // `loc` begins with "body", "query", "path" or "header". Of a place in the body the RFC 6901
  // pointer is told too, `pointer` if `loc` goes on inside a text.
  void add(std::string_view type, json::Array loc, std::string message, std::string pointer = {});
  bool empty() const { return count_ == 0; }
  // kInvalid request.invalid when something was added.
  Result<void> result() const;

 private:
  json::Array errors_;
  std::size_t count_ = 0;
};

}  // namespace fermata::api
