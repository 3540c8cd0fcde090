// Live event streams: a workflow's history from where the client left off, then what happens, as
// server-sent events. The journal is the source; a wake-up only says "look again", so none can be
// lost. A client that reads too slowly is cut off and takes up where it was with Last-Event-ID.

#include "api/rest/discretion.hpp"
#include "api/rest/headers.hpp"
#include "api/rest/limits.hpp"
#include "api/rest/query.hpp"
#include "api/rest/routes.hpp"

namespace fermata::api {
namespace {

constexpr int kPageSize = 100;
constexpr int kRetryMs = 2000;

bool is_terminal(std::string_view type) {
  return type == "workflow.completed" || type == "workflow.failed" || type == "workflow.cancelled";
}

// One client's stream. Used by one thread at a time: a worker sends, then the engine waits.
class EventFeed : public std::enable_shared_from_this<EventFeed> {
 public:
  EventFeed(ExchangePtr exchange, std::int64_t after, bool with_deltas)
      : services_(exchange->services()),
        exchange_(std::move(exchange)),
        after_(after),
        with_deltas_(with_deltas) {}
  EventFeed(const EventFeed&) = delete;
  EventFeed& operator=(const EventFeed&) = delete;
  ~EventFeed() {
    if (out_ != nullptr) --services_.streams;
  }

  // On a worker. Answers by itself when there is nothing to stream.
  void begin() {
    const auto workflow = services_.engine.workflow(exchange_->tenant(), id());
    if (!workflow) return exchange_->refuse(workflow.error());
    const std::string status = workflow->string_or("status");
    if (is_terminal("workflow." + status) && after_ >= workflow->int_or("version"))
      return exchange_->answer({204, {}, {}});  // Tells an EventSource to stop asking.
    if (++services_.streams > services_.options.max_streams) {
      --services_.streams;
      return exchange_->refuse({ErrorCode::kUnavailable,
                                "stream.too_many",
                                "too many clients follow streams; poll the events meanwhile",
                                {},
                                {}});
    }
    out_ = exchange_->start_stream({{"Content-Type", "text/event-stream"},
                                    {"Cache-Control", "no-store"},
                                    {"X-Accel-Buffering", "no"}});
    follow_text();
    if (out_->send("retry: " + std::to_string(kRetryMs) + "\n\n")) send_next();
  }

 private:
  const std::string& id() const { return exchange_->param("workflow_id"); }

  // A delta has no id: it is not stored, and a client that comes back goes on with the events.
  void follow_text() {
    if (!with_deltas_ || !services_.options.follow_text) return;
    following_ = services_.options.follow_text(
        exchange_->tenant(),
        id(),
        [out = std::weak_ptr(out_)](const std::string& key, std::string_view text) {
          if (const auto open = out.lock())
            open->send("event: delta\ndata: " +
                       json::write(json::Object{{"key", key}, {"text", text}}) + "\n\n");
        });
  }

  // Sends a page, then either goes on or waits; letting go of the feed ends the stream.
  void send_next() {
    if (!services_.engine.recheck(exchange_->caller())) return;  // It comes back, and is refused.
    auto page = services_.engine.events(exchange_->tenant(), id(), after_, kPageSize);
    if (!page) return;  // The client comes back with Last-Event-ID.
    std::string chunk;
    bool ended = false;
    for (json::Value& event : page->items) {
      withhold(event, exchange_->caller().actor.kind);
      const std::string type = event.string_or("type");
      after_ = event.int_or("version");
      chunk += "id: " + std::to_string(after_) + "\nevent: " + type +
               "\ndata: " + json::write(event) + "\n\n";
      ended = ended || is_terminal(type);
    }
    if (!chunk.empty() && !out_->send(chunk)) return;
    if (ended) return;
    if (page->next.empty())
      wait();
    else
      post([](EventFeed& feed) { feed.send_next(); });
  }

  void wait() {
    services_.waits.for_version(exchange_->tenant(),
                                id(),
                                after_,
                                services_.options.heartbeat_s * 1000,
                                [self = shared_from_this()](bool happened) {
                                  self->post(happened ? &EventFeed::send_next : &EventFeed::beat);
                                });
  }

  void beat() {
    if (!services_.engine.recheck(exchange_->caller())) return;
    if (!services_.waits.released() && out_->send(": still here\n\n")) wait();
  }

  template <class Step>
  void post(Step step) {
    services_.workers.post([self = shared_from_this(), step] { std::invoke(step, *self); });
  }

  Services& services_;  // Kept alive by the exchange.
  ExchangePtr exchange_;
  std::int64_t after_;
  const bool with_deltas_;
  std::shared_ptr<net::EventStream> out_;
  std::shared_ptr<void> following_;
};

struct Wanted {
  std::int64_t after = 0;  // Last-Event-ID of a client that comes back, or what it asks for first.
  bool with_deltas = false;
};

Result<Wanted> read_wanted(const Exchange& exchange) {
  Query query(exchange.query());
  Wanted wanted;
  wanted.after = query.integer("last_event_id", 0, 0, kMaxVersion);
  wanted.with_deltas = query.boolean("deltas");
  FERMATA_CHECK_OK(query.finish());
  const std::string_view header = exchange.request().header("Last-Event-ID");
  if (header.empty()) return wanted;
  Invalid invalid;
  if (const auto last = parse_decimal(header, 0, kMaxVersion))
    wanted.after = *last;
  else
    invalid.add("int_parsing", {"header", "Last-Event-ID"}, "must be an id that we sent");
  FERMATA_CHECK_OK(invalid.result());
  return wanted;
}

}  // namespace

void stream_events(const ExchangePtr& exchange) {
  const auto wanted = read_wanted(*exchange);
  if (!wanted) return exchange->refuse(wanted.error());
  if (exchange->request().method == "HEAD")
    return exchange->answer({200, {{"Content-Type", "text/event-stream"}}, {}});
  exchange->on_worker([feed = std::make_shared<EventFeed>(
                           exchange, wanted->after, wanted->with_deltas)] { feed->begin(); });
}

}  // namespace fermata::api
