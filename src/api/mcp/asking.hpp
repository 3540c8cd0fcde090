#pragma once

// One MCP request on its way to its answer, as JSON or at the end of an event stream.
//
// Shared by whoever works on it; used by one thread at a time. Dropped unanswered it answers 500,
// or ends its stream.

#include <memory>
#include <string>
#include <string_view>

#include "api/mcp/message.hpp"
#include "api/rest/exchange.hpp"

namespace fermata::api::mcp {

inline constexpr std::string_view kTasksExtension = "io.modelcontextprotocol/tasks";

class Asking : public std::enable_shared_from_this<Asking> {
 public:
  Asking(ExchangePtr exchange, Era era, Message message);
  ~Asking();
  Asking(const Asking&) = delete;
  Asking& operator=(const Asking&) = delete;

  Exchange& exchange() const { return *exchange_; }
  Services& services() const { return exchange_->services(); }
  engine::Engine& engine() const { return exchange_->engine(); }
  const std::string& tenant() const { return exchange_->tenant(); }
  Era era() const { return era_; }
  const Message& message() const { return message_; }
  const json::Object& params() const { return message_.params; }
  // The revision that legacy tasks belong to.
  bool speaks_legacy_tasks() const;
  // The client of this very request takes a task for an answer (the modern extension).
  bool takes_modern_tasks() const;

  // A submission of this request's caller, by the door `mcp`.
  engine::Submission submission(std::string stream, command::Command command) const;
  // Runs `job` on a worker, which keeps this alive.
  void on_worker(std::function<void()> job);

  void set_header(std::string name, std::string value);  // Of an answer that is no stream.
  void answer(json::Object result);
  void refuse(const Error& error);

  // From here on the answer comes at the end of an event stream. False: too many clients wait.
  bool start_stream();
  bool is_streaming() const { return out_ != nullptr; }
  // False once the client is gone.
  bool send(const json::Value& message);
  bool beat();

 private:
  void finish(int status, const json::Value& message);

  ExchangePtr exchange_;
  const Era era_;
  const Message message_;
  net::Headers headers_;
  std::shared_ptr<net::EventStream> out_;
};

using AskingPtr = std::shared_ptr<Asking>;

json::Value server_info();

}  // namespace fermata::api::mcp
