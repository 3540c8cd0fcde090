// Is it alive, is it ready, and its figures.

#include "api/rest/routes.hpp"

namespace fermata::api {
namespace {

using observability::Sample;

void add(std::vector<Sample>& samples,
         Sample::Kind kind,
         const char* name,
         const char* help,
         double value) {
  samples.push_back({name, help, kind, value});
}

std::vector<Sample> engine_samples(const engine::Stats& stats) {
  constexpr auto kCounter = Sample::Kind::kCounter;
  constexpr auto kGauge = Sample::Kind::kGauge;
  const auto number = [](auto value) { return static_cast<double>(value); };
  std::vector<Sample> all;
  add(all, kCounter, "fermata_commands_total", "Commands decided.", number(stats.commands));
  add(all, kCounter, "fermata_refusals_total", "Commands refused.", number(stats.refused));
  add(all, kCounter, "fermata_commits_total", "Commits made durable.", number(stats.commits));
  add(all,
      kCounter,
      "fermata_commit_batches_total",
      "Transactions that commits shared.",
      number(stats.batches));
  add(all, kCounter, "fermata_events_total", "Events appended.", number(stats.events));
  add(all, kCounter, "fermata_tasks_done_total", "Tasks done.", number(stats.tasks_done));
  add(all,
      kCounter,
      "fermata_tasks_failed_total",
      "Attempts at tasks that failed.",
      number(stats.tasks_failed));
  add(all, kGauge, "fermata_queued_commands", "Commands waiting.", number(stats.queued));
  add(all,
      kGauge,
      "fermata_resident_streams",
      "Folded streams kept in memory.",
      number(stats.resident));
  add(all,
      kGauge,
      "fermata_resident_bytes",
      "What they take, by estimate.",
      number(stats.resident_bytes));
  add(all, kGauge, "fermata_waiters", "Waits for a change.", number(stats.waiters));
  return all;
}

engine::Reply status_reply(const char* status) {
  engine::Reply reply;
  reply.body = json::Object{{"status", status}};
  return reply;
}

}  // namespace

net::Response get_alive(Exchange&) {
  return {200, {{"Content-Type", "application/json"}}, R"({"status":"ok"})"};
}

Result<engine::Reply> get_ready(Exchange& exchange) {
  if (exchange.services().waits.released())
    return fail(ErrorCode::kUnavailable, "engine.draining", "the server is shutting down");
  FERMATA_CHECK_OK(exchange.engine().ready());
  return status_reply("ok");
}

net::Response get_metrics(Exchange& exchange) {
  Services& services = exchange.services();
  std::vector<Sample> samples = engine_samples(exchange.engine().stats());
  add(samples,
      Sample::Kind::kGauge,
      "fermata_live_streams",
      "Event streams that clients follow.",
      static_cast<double>(services.streams.load()));
  add(samples,
      Sample::Kind::kGauge,
      "fermata_queued_questions",
      "Reads waiting for a worker.",
      static_cast<double>(services.workers.queued()));
  return {200,
          {{"Content-Type", std::string(observability::Metrics::kContentType)}},
          services.metrics.render(samples)};
}

}  // namespace fermata::api
