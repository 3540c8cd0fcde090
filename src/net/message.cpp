// What http_server.hpp promises of requests and responders, apart from any socket.

#include <algorithm>

#include "base/assert.hpp"
#include "net/http_server.hpp"
#include "net/target.hpp"

namespace fermata::net {
namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool same_name(std::string_view a, std::string_view b) {
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) {
           return lower(x) == lower(y);
         });
}

}  // namespace

std::string_view Request::header(std::string_view name) const {
  for (const auto& [key, value] : headers) {
    if (same_name(key, name)) return value;
  }
  return {};
}

bool Request::has_header(std::string_view name) const {
  return std::ranges::any_of(headers,
                             [name](const auto& header) { return same_name(header.first, name); });
}

Result<Headers> parse_query(std::string_view query) {
  Headers parameters;
  while (!query.empty()) {
    const auto pair = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(pair.size() + 1, query.size()));
    if (pair.empty()) continue;
    const auto equals = std::min(pair.find('='), pair.size());
    auto name = percent_decode(pair.substr(0, equals), true);
    auto value = percent_decode(pair.substr(std::min(equals + 1, pair.size())), true);
    if (!name || !value || !is_utf8(*name) || !is_utf8(*value)) {
      return fail(ErrorCode::kInvalid,
                  "request.malformed",
                  "the query holds a malformed escape or is not UTF-8");
    }
    parameters.emplace_back(*std::move(name), *std::move(value));
  }
  return parameters;
}

Responder::~Responder() {
  if (impl_) impl_->abandon();
}

Responder& Responder::operator=(Responder&& other) noexcept {
  std::swap(impl_, other.impl_);
  return *this;
}

void Responder::respond(Response response) {
  FERMATA_ASSERT(impl_ != nullptr, "a responder answers once");
  FERMATA_ASSERT(response.status >= 200 && response.status <= 599, "a final HTTP status");
  const auto impl = std::move(impl_);
  impl->respond(std::move(response));
}

std::shared_ptr<EventStream> Responder::start_stream(Headers headers) {
  FERMATA_ASSERT(impl_ != nullptr, "a responder answers once");
  const auto impl = std::move(impl_);
  return impl->start_stream(std::move(headers));
}

}  // namespace fermata::net
