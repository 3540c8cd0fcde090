#pragma once

// The HTTP API: give handler() and refusal() to a net::Server.
//
//   Api api(*engine, options);
//   auto server = net::start_server(net_options, api.handler(), api.refusal());
//   ...
//   api.release_waits();      // long polls and streams end now
//   server->shutdown(grace);  // every accepted request is answered
//   api.stop();               // nobody asks the engine any more
//   engine->drain();
//
// Routes, who may call them and what they answer: rest/routes.cpp and schema/openapi.yaml, which a
// test holds together. Handlers never block: commands are submitted, questions go to a small pool.
//
// Thread-safe. The engine outlives the Api; the handlers may outlive it and then answer 503.

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/engine.hpp"
#include "engine/tool_desk.hpp"
#include "net/http_server.hpp"

namespace fermata::api {
namespace mcp {
struct Tool;
}

// What a model is just writing, for the model call of that key.
using OnText = std::function<void(const std::string& key, std::string_view text)>;

struct ApiOptions {
  std::vector<std::string> cors_origins;  // Exactly as a browser sends them; empty: none.
  unsigned worker_threads = 2;
  std::size_t max_queued = 4096;   // Questions waiting; more are refused with 503.
  std::size_t max_streams = 1000;  // Live streams at once; more are refused with 503.
  // What a reader of GET /v1/stream may lag behind, beyond what its connection holds.
  std::size_t max_stream_backlog = 64 << 10;
  int max_wait_s = 50;  // Of Prefer: wait; below what proxies cut off at.
  int max_lease_s = 3600;
  int heartbeat_s = 15;
  bool access_log = true;
  // Requests a second, and how many at once after a rest; 0: no limit.
  std::int64_t key_rate = 0, key_burst = 0;            // Of one key.
  std::int64_t stranger_rate = 0, stranger_burst = 0;  // Of one address, without a valid key.
  // Follows a workflow's models until what is returned is let go; empty: nothing can be followed.
  std::function<std::shared_ptr<void>(
      const std::string& tenant, const std::string& workflow, OnText on_text)>
      follow_text = {};
  // How a tenant's channels are; empty: there are none.
  std::function<std::vector<json::Value>(const std::string& tenant)> channels = {};
  // Sends a test message to the channel's room, or to a person, and says what was in the way; empty
  // text: it arrived. kNotFound channel.not_found, kInvalid channel.no_address.
  using Tested = std::function<void(Result<std::string>)>;
  std::function<void(const std::string& tenant,
                     const std::string& channel,
                     const std::string& person,
                     Tested done)>
      test_channel = {};
  std::shared_ptr<engine::ToolDesk> tool_desk;  // Where workers serve tools; nullptr: none does.
  std::string public_url;  // What clients call this server; empty: what their request came to.
  int mcp_wait_s = 50;     // A tool call's wait for people, unless its caller says otherwise.
  int max_mcp_wait_s = 3600;
  std::int64_t session_s = 12LL * 3600;  // Of a browser that is signed in.
  std::int64_t link_s = 900;             // Of a sign-in link, unless its maker says otherwise.
  std::int64_t mcp_session_s = 7LL * 24 * 3600;
  // 32 secret bytes, the same on every node; empty: random, so that a restart ends MCP's sessions.
  std::string session_seed;
  // For tests of the protocol: offered instead of the product's own.
  std::shared_ptr<const std::vector<mcp::Tool>> mcp_tools;
};

class Api {
 public:
  Api(engine::Engine& engine, ApiOptions options);
  ~Api();  // stop()s.

  net::Handler handler();
  net::Refusal refusal();

  // Everything that waits is answered with what is known now, streams end, and /readyz says 503.
  // Takes up to a second, for the answers that come at the end of a stream.
  // Idempotent.
  void release_waits();
  // release_waits(), and waits for the questions that are being answered; later ones are refused
  // with 503. To be called before the engine is drained, which answers no questions. Idempotent.
  void stop();

 private:
  std::shared_ptr<struct Services> services_;
};

}  // namespace fermata::api
