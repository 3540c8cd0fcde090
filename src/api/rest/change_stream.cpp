// GET /v1/stream: what changes in the tenant, for a page that shows many things at once. Each event
// says which thing has which version now, not what is in it: whoever shows it reads it, as ever.

#include "api/rest/headers.hpp"
#include "api/rest/limits.hpp"
#include "api/rest/query.hpp"
#include "api/rest/routes.hpp"
#include "engine/changes.hpp"

namespace fermata::api {
namespace {

using engine::Change;

constexpr std::size_t kPageSize = 200;
constexpr int kRetryMs = 2000;
constexpr std::size_t kMaxId = 32;

// A place in the changes, as an event's id: "<era>-<place>". Of another era than ours it is older
// than anything that we know.
struct Place {
  std::string era;
  std::int64_t number = 0;
};

std::string frame(const std::string& id, std::string_view event, const json::Value& data) {
  return "id: " + id + "\nevent: " + std::string(event) + "\ndata: " + json::write(data) + "\n\n";
}

std::string frame_of(const Change& change, const std::string& id) {
  switch (change.kind) {
    case Change::Kind::kWorkflow:
      return frame(
          id, "workflow", json::Object{{"workflow_id", change.id}, {"version", change.version}});
    case Change::Kind::kApproval:
      return frame(
          id, "approval", json::Object{{"approval_id", change.id}, {"version", change.version}});
    case Change::Kind::kDirectory:
      return frame(id, "directory", json::Object{{"version", change.version}});
    case Change::Kind::kAnything:
      break;
  }
  return frame(id, "reset", json::Object{});
}

// One client's stream. Used by one thread at a time: a worker sends, then the engine waits.
class ChangeFeed : public std::enable_shared_from_this<ChangeFeed> {
 public:
  ChangeFeed(ExchangePtr exchange, std::optional<Place> last)
      : services_(exchange->services()), exchange_(std::move(exchange)), last_(std::move(last)) {}
  ChangeFeed(const ChangeFeed&) = delete;
  ChangeFeed& operator=(const ChangeFeed&) = delete;
  ~ChangeFeed() {
    if (out_ != nullptr) --services_.streams;
  }

  // On a worker. Who begins, or comes back after too much, is told to read all it shows (`reset`).
  void begin() {
    if (++services_.streams > services_.options.max_streams) {
      --services_.streams;
      return exchange_->refuse({ErrorCode::kUnavailable,
                                "stream.too_many",
                                "too many clients follow streams; read the lists meanwhile",
                                {},
                                {}});
    }
    out_ = exchange_->start_stream({{"Content-Type", "text/event-stream"},
                                    {"Cache-Control", "no-store"},
                                    {"X-Accel-Buffering", "no"}});
    std::string chunk = "retry: " + std::to_string(kRetryMs) + "\n\n";
    if (last_ && last_->era == changes().era()) {
      place_ = last_->number;
    } else {
      place_ = changes().newest(exchange_->tenant());
      chunk += frame(id(place_), "reset", json::Object{});
    }
    if (out_->send(chunk)) send_next();
  }

 private:
  engine::Changes& changes() const { return services_.engine.changes(); }
  std::string id(std::int64_t place) const { return changes().era() + '-' + std::to_string(place); }

  // Sends a page and waits for more; letting go of the feed ends the stream.
  void send_next() {
    if (!services_.engine.recheck(exchange_->caller())) return;  // It comes back, and is refused.
    const auto page = changes().since(exchange_->tenant(), place_, kPageSize);
    place_ = page.place;
    std::string chunk;
    if (page.missed) chunk += frame(id(place_), "reset", json::Object{});
    for (const Change& change : page.changes) chunk += frame_of(change, id(change.place));
    if (out_->unsent() > services_.options.max_stream_backlog) {
      out_->send("event: dropped\ndata: " +
                 json::write(json::Object{{"reason", "stream.too_slow"}}) + "\n\n");
      return;
    }
    if (out_->send(chunk)) wait();
  }

  void beat() {
    if (!services_.engine.recheck(exchange_->caller())) return;
    if (!services_.waits.released() && out_->send(": still here\n\n")) wait();
  }

  void wait() {
    services_.waits.for_change(exchange_->tenant(),
                               place_,
                               services_.options.heartbeat_s * 1000,
                               [self = shared_from_this()](bool happened) {
                                 self->post(happened ? &ChangeFeed::send_next : &ChangeFeed::beat);
                               });
  }

  template <class Step>
  void post(Step step) {
    services_.workers.post([self = shared_from_this(), step] { std::invoke(step, *self); });
  }

  Services& services_;  // Kept alive by the exchange.
  ExchangePtr exchange_;
  const std::optional<Place> last_;
  std::int64_t place_ = 0;
  std::shared_ptr<net::EventStream> out_;
};

std::optional<Place> place_in(std::string_view id) {
  const std::size_t dash = id.find('-');
  if (id.size() > kMaxId || dash == std::string_view::npos || dash == 0) return std::nullopt;
  const auto number = parse_decimal(id.substr(dash + 1), 0, kMaxVersion);
  if (!number) return std::nullopt;
  return Place{std::string(id.substr(0, dash)), *number};
}

bool is_place(std::string_view id) { return place_in(id).has_value(); }

Result<std::optional<Place>> read_last(const Exchange& exchange) {
  Query query(exchange.query());
  std::string last = query.text("last_event_id", kMaxId, {is_place, "an id that we sent"});
  FERMATA_CHECK_OK(query.finish());
  if (exchange.request().has_header("Last-Event-ID"))
    last = exchange.request().header("Last-Event-ID");
  std::optional<Place> place = place_in(last);
  if (place || last.empty()) return place;
  Invalid invalid;
  invalid.add("string_pattern_mismatch", {"header", "Last-Event-ID"}, "must be an id that we sent");
  FERMATA_CHECK_OK(invalid.result());
  return std::optional<Place>();
}

}  // namespace

void stream_changes(const ExchangePtr& exchange) {
  auto last = read_last(*exchange);
  if (!last) return exchange->refuse(last.error());
  if (exchange->request().method == "HEAD")
    return exchange->answer({200, {{"Content-Type", "text/event-stream"}}, {}});
  exchange->on_worker(
      [feed = std::make_shared<ChangeFeed>(exchange, *std::move(last))] { feed->begin(); });
}

}  // namespace fermata::api
