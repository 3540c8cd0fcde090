#pragma once

// Routes and how a request finds one.
//
// A route is one row: method, template, who may call it, which query parameters it has, whether it
// has a body, and what it does. That table is the only place that decides these; a test compares it
// with schema/openapi.yaml.

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/result.hpp"
#include "core/actor.hpp"

namespace fermata::net {
struct Response;
}
namespace fermata::engine {
struct Reply;
struct Submission;
}  // namespace fermata::engine

namespace fermata::api {

class Exchange;

// A set of kinds of keys.
using Kinds = unsigned;
inline constexpr Kinds kPublic = 0;  // Nobody is asked for a key.
inline constexpr Kinds kAgent = 1, kPerson = 2, kAdmin = 4, kReader = 8;
inline constexpr Kinds kAnyKey = kAgent | kPerson | kAdmin | kReader;
bool allows(Kinds kinds, ActorKind kind);

enum class Body { kNone, kOptional, kRequired };

// What is wished for: submitted, and answered with what came of it.
using CommandHandler = Result<engine::Submission> (*)(Exchange&);
// A question: answered on a worker.
using ReadHandler = Result<engine::Reply> (*)(Exchange&);
// Something at hand, or that is no JSON document: answered at once.
using PageHandler = net::Response (*)(Exchange&);
// Waits, streams and the like: answers by itself.
using ConversationHandler = void (*)(const std::shared_ptr<Exchange>&);
// Another protocol over HTTP: reads key and body by itself, by that protocol's rules.
struct ProtocolHandler {
  void (*serve)(const std::shared_ptr<Exchange>&);
};

struct Route {
  std::string_view method;
  std::string_view path;  // "/v1/workflows/{workflow_id}"
  Kinds kinds = kPublic;
  Body body = Body::kNone;
  std::vector<std::string_view> query;
  std::variant<CommandHandler, ReadHandler, PageHandler, ConversationHandler, ProtocolHandler>
      action;
};

using Params = std::vector<std::pair<std::string_view, std::string>>;

class Router {
 public:
  explicit Router(std::vector<Route> routes);

  struct Match {
    const Route* route = nullptr;
    Params params;
    std::string allow;  // Methods of this path, when it exists: "GET, HEAD, POST, OPTIONS".
  };
  // HEAD finds the route of GET. No route and no `allow`: there is no such path.
  Match match(std::string_view method, std::string_view path) const;
  const std::vector<Route>& routes() const { return routes_; }

 private:
  struct Pattern {
    std::vector<std::string_view> segments;  // "{name}" is a parameter.
  };

  std::vector<Route> routes_;
  std::vector<Pattern> patterns_;  // As routes_.
};

// kNotFound when the parameter has not the shape of its kind of id: there cannot be such a thing.
Result<void> check_param(std::string_view name, std::string_view value);

}  // namespace fermata::api
