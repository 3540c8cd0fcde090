#include "api/mcp/asking.hpp"

#include "observability/log.hpp"

namespace fermata::api::mcp {
namespace {

constexpr std::string_view kServerInfo = "io.modelcontextprotocol/serverInfo";

// Modern results say how complete they are and who made them.
void complete(json::Object& result) {
  if (result.find("resultType") == nullptr) result.set("resultType", "complete");
  const json::Value* given = result.find("_meta");
  json::Object meta = given == nullptr ? json::Object{} : *given->as_object();
  meta.set(std::string(kServerInfo), server_info());
  result.set("_meta", std::move(meta));
}

}  // namespace

json::Value server_info() {
  return json::Object{{"name", "fermata"}, {"title", "Fermata"}, {"version", FERMATA_VERSION}};
}

Asking::Asking(ExchangePtr exchange, Era era, Message message)
    : exchange_(std::move(exchange)), era_(era), message_(std::move(message)) {}

Asking::~Asking() {
  if (out_ == nullptr) return;
  --services().streams;
  services().open_answers.leave();
}

bool Asking::speaks_legacy_tasks() const {
  return era_ == Era::kLegacy &&
         exchange_->request().header("MCP-Protocol-Version") == kLatestLegacy;
}

bool Asking::takes_modern_tasks() const {
  const json::Value& capabilities = message_.meta("io.modelcontextprotocol/clientCapabilities");
  return era_ == Era::kModern && capabilities["extensions"][kTasksExtension].as_object() != nullptr;
}

engine::Submission Asking::submission(std::string stream, command::Command command) const {
  engine::Submission made = exchange_->submission(std::move(stream), std::move(command));
  made.door = Door::kMcp;
  return made;
}

void Asking::on_worker(std::function<void()> job) {
  const bool taken = services().workers.post([self = shared_from_this(), job = std::move(job)] {
    try {
      job();
    } catch (const std::exception& error) {
      self->refuse({ErrorCode::kInternal, "server.internal_error", "", error.what(), {}});
    }
  });
  if (!taken)
    refuse({ErrorCode::kUnavailable,
            "engine.overloaded",
            "too many requests are waiting; try again in a second",
            "the workers' queue is full or closed",
            {}});
}

void Asking::set_header(std::string name, std::string value) {
  headers_.emplace_back(std::move(name), std::move(value));
}

void Asking::answer(json::Object result) {
  if (era_ == Era::kModern) complete(result);
  finish(200, result_message(message_.id, std::move(result)));
}

void Asking::refuse(const Error& error) {
  const Fault fault = fault_of(error);
  if (fault.modern_status >= 500)
    observability::log(observability::Level::kWarn,
                       "mcp.failed",
                       {{"reason", error.reason},
                        {"detail", error.detail},
                        {"request_id", exchange_->request_id()}});
  finish(era_ == Era::kModern ? fault.modern_status : fault.legacy_status,
         error_message(message_.id, error));
}

bool Asking::start_stream() {
  if (++services().streams > services().options.max_streams) {
    --services().streams;
    return false;
  }
  services().open_answers.enter();
  out_ = exchange_->start_stream({{"Content-Type", "text/event-stream"},
                                  {"Cache-Control", "no-store"},
                                  {"X-Accel-Buffering", "no"}});
  return true;
}

bool Asking::send(const json::Value& message) {
  return out_->send("event: message\ndata: " + json::write(message) + "\n\n");
}

bool Asking::beat() { return out_->send(": still waiting\n\n"); }

void Asking::finish(int status, const json::Value& message) {
  if (out_ != nullptr) {
    send(message);
    out_->send("");
    return;
  }
  headers_.emplace_back("Content-Type", "application/json");
  exchange_->answer({status, std::move(headers_), json::write(message)});
}

}  // namespace fermata::api::mcp
