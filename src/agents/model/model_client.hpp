#pragma once

// Asks a model, and asks again when that can help.
//
// What may pass by itself - no answer, 408, 429, 5xx, an answer that breaks off - is tried again,
// as the server's Retry-After says or with a growing random delay. A server that refuses a part of
// the request which is only convenient (tool_choice, stop, stream_options, stream) is asked without
// it, and that is remembered for all agents, until the process ends. Everything else is a refusal.
//
// Not thread-safe, but what is remembered is shared.

#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

#include "agents/model/completion.hpp"
#include "base/random.hpp"
#include "net/http_client.hpp"

namespace fermata::agents {

// Thread-safe.
class Adaptations {
 public:
  Adaptation of(const ModelDefinition& model) const;
  void remember(const ModelDefinition& model, Adaptation adaptation);

 private:
  static std::string key(const ModelDefinition& model);
  mutable std::mutex mutex_;
  std::map<std::string, Adaptation> known_;
};

// How the caller follows a question, and stops it.
struct Following {
  std::function<void(std::string_view)> on_text = [](std::string_view) {};
  std::function<bool()> cancelled = [] { return false; };
  // Waits; false: cancelled meanwhile.
  std::function<bool(std::int64_t ms)> pause;
};

struct Asked {
  Answer answer;
  std::int64_t tries = 1;
  std::int64_t took_ms = 0;
};

class ModelClient {
 public:
  ModelClient(Random& random, Adaptations& adaptations)
      : random_(random), adaptations_(adaptations) {}

  // kUnavailable model.unavailable: what may pass has not passed; `extra` may say
  // {"retry_after_s": n}. kInvalid model.refused: it will not pass. kUnavailable model.cancelled.
  Result<Asked> ask(const ModelDefinition& model,
                    const ModelRequest& request,
                    std::int64_t max_chars,
                    const Following& following);

 private:
  struct Try;
  class Reading;
  Result<Answer> once(const ModelDefinition& model, Try& attempt, const Following& following);

  Random& random_;
  Adaptations& adaptations_;
  net::Client http_;
};

}  // namespace fermata::agents
