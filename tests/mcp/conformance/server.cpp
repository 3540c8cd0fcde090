// A server for the MCP conformance suite: the product's endpoint with the suite's tools beside its
// own, on a store in memory. The suite sends no key, so an agent's is put into each request here.
//
//   mcp_conformance_server     prints "listening on PORT", ends with its standard input

#include <iostream>
#include <string>

#include "api/api.hpp"
#include "base/random.hpp"
#include "codec/policy_codec.hpp"
#include "engine/engine.hpp"
#include "net/http_server.hpp"
#include "observability/log.hpp"
#include "store/open.hpp"
#include "tests/mcp/conformance/fixtures.hpp"

namespace fermata::conformance {
namespace {

constexpr const char* kPolicy =
    "version: 1\n"
    "default: {effect: ask, thresholds: [{from: people, approve: 1, reject: 1}]}\n";

Result<void> apply(engine::Engine& engine, command::Command command) {
  engine::Submission submission;
  submission.caller = {"default", {ActorKind::kSystem, "config"}, "", ""};
  submission.stream = "directory";
  submission.command = std::move(command);
  submission.door = Door::kSystem;
  FERMATA_CHECK_OK(engine.submit_and_wait(std::move(submission)));
  return {};
}

// Somebody to ask, who never answers.
Result<void> fill_directory(engine::Engine& engine) {
  Person person;
  person.id = "ada";
  FERMATA_CHECK_OK(apply(engine, command::SetPerson{person}));
  Group group;
  group.id = "people";
  group.members = {"ada"};
  FERMATA_CHECK_OK(apply(engine, command::SetGroup{group}));
  const codec::ParsedPolicy parsed = codec::parse_policy(kPolicy);
  return apply(engine, command::PublishPolicy{kPolicy, parsed.policy.hash});
}

Result<std::string> agent_key(engine::Engine& engine) {
  const engine::Engine::Minted minted = engine.mint_key(ActorKind::kAgent, "conformance");
  FERMATA_CHECK_OK(apply(engine, command::CreateKey{minted.record}));
  return minted.plain;
}

net::Handler with_key(net::Handler handler, const std::string& key) {
  return [handler = std::move(handler), key](net::Request request, net::Responder responder) {
    request.headers.emplace_back("Authorization", "Bearer " + key);
    handler(std::move(request), std::move(responder));
  };
}

Result<void> serve() {
  observability::configure_log(observability::Level::kWarn, observability::Format::kText);
  SystemRandom random;
  FERMATA_TRY(const auto store, store::open("memory:", {}));
  engine::Options options;
  options.signing_seed = random.bytes(32);
  FERMATA_TRY(const auto engine, engine::Engine::start(*store, random, options));
  FERMATA_CHECK_OK(fill_directory(*engine));
  FERMATA_TRY(const std::string key, agent_key(*engine));
  api::ApiOptions api_options;
  api_options.mcp_tools = tools();
  api::Api api(*engine, api_options);
  net::ServerOptions server_options;
  server_options.port = 0;
  FERMATA_TRY(const auto server,
              net::start_server(server_options, with_key(api.handler(), key), api.refusal()));
  std::cerr << "listening on " << server->port() << std::endl;
  while (std::cin.get() != std::char_traits<char>::eof()) continue;
  api.release_waits();
  server->shutdown(1000);
  api.stop();
  engine->drain();
  return {};
}

}  // namespace
}  // namespace fermata::conformance

int main() {
  const auto served = fermata::conformance::serve();
  if (served) return 0;
  std::cerr << served.error().reason << ": " << served.error().detail << '\n';
  return 1;
}
