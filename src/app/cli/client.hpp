#pragma once

// The HTTP client of the client commands: one server, one key.
//
// A write carries an Idempotency-Key of its own and is sent again, a few times, when no answer came
// or the server was not ready: it happens once, whichever attempt arrived. Refusals of the server
// come back as an Error with the code of the status, the reason and the words of the problem
// document, and that document in `extra`. Not thread-safe.

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.hpp"
#include "base/result.hpp"
#include "net/event_parser.hpp"
#include "net/http_client.hpp"

namespace fermata::app::cli {

class Client {
 public:
  // `url` without a slash at the end; `key` may be empty, then the server will refuse.
  Client(std::string url, std::string key);

  Result<json::Value> get(const std::string& path);
  // A GET that the server holds back for up to `wait_s` until there is something new.
  Result<json::Value> wait(const std::string& path, int wait_s);
  // POST, PUT or DELETE; a null `body` sends none, an empty answer gives null. Who sends the same
  // once more, because no answer came, gives the `request_id` of the first time.
  Result<json::Value> send(const std::string& method,
                           const std::string& path,
                           const json::Value& body,
                           const std::string& request_id = {});
  // The items of a list, page after page, at most `limit`; `more` tells whether there are others.
  Result<std::vector<json::Value>> list(const std::string& path, std::size_t limit, bool& more);
  // Each event of a live stream after version `after`, until `on_event` returns false or the stream
  // has ended. A connection that breaks is taken up where it broke; gives up after some failures.
  Result<void> follow(const std::string& path,
                      std::int64_t after,
                      const std::function<bool(const json::Value&)>& on_event);
  // Each change in the tenant, first of all that anything may have changed, until the connection
  // ends; then why. It is not taken up again: that is for whoever knows what to do meanwhile.
  Error changes(const std::function<void(const json::Value&)>& on_change);

 private:
  net::ClientRequest request(const std::string& method, const std::string& path) const;
  Result<json::Value> understand(const Result<net::Response>& answer) const;
  Error unreachable(const Error& error) const;

  std::string url_;
  std::string key_;
  net::Client http_;
};

// Escaped for one segment of a path, or for a query's value.
std::string escaped(std::string_view text);

// The error that a status and its problem document say.
Error to_error(int status, std::string_view body);

}  // namespace fermata::app::cli
