#pragma once

// What all requests share.

#include <atomic>

#include "api/api.hpp"
#include "api/mcp/open_answers.hpp"
#include "api/mcp/session.hpp"
#include "api/rest/rate.hpp"
#include "api/rest/request_views.hpp"
#include "api/rest/waits.hpp"
#include "api/rest/workers.hpp"
#include "base/random.hpp"
#include "base/time.hpp"
#include "observability/metrics.hpp"

namespace fermata::api {

struct Services {
  Services(engine::Engine& the_engine, ApiOptions the_options)
      : engine(the_engine),
        options(std::move(the_options)),
        sessions(options.session_seed.empty() ? random.bytes(32) : options.session_seed,
                 options.mcp_session_s * 1000),
        key_rate(options.key_rate, options.key_burst),
        stranger_rate(options.stranger_rate, options.stranger_burst),
        views(the_engine),
        waits(the_engine),
        workers(options.worker_threads, options.max_queued) {}

  engine::Engine& engine;
  const ApiOptions options;
  SystemRandom random;
  SystemClock clock;
  observability::Metrics metrics;
  mcp::Sessions sessions;
  mcp::OpenAnswers open_answers;
  Rate key_rate;       // By the key's id.
  Rate stranger_rate;  // By address, of those who have no valid key.
  RequestViews views;
  Waits waits;
  std::atomic<std::size_t> streams{0};
  Workers workers;  // Last: its threads use the others until they have stopped.
};

}  // namespace fermata::api
