#pragma once

// The channels of this server: made from the configuration, and connected to the engine.

#include <functional>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include "app/config.hpp"
#include "base/random.hpp"
#include "channels/manager.hpp"
#include "engine/engine.hpp"

namespace fermata::app {

class Channels {
 public:
  // Variables that are not set or hold no secret are kInvalid config.invalid, all of them at once.
  static Result<std::unique_ptr<Channels>> make(const Config& config, Random& random);
  ~Channels();

  // For the engine's options. What is handed out before start() comes again.
  engine::Announced announced();
  // The engine outlives stop().
  void start(engine::Engine& engine);
  // Finishes what is being delivered. Idempotent.
  void stop();
  // Sends a test message; the text says what was in the way, and is empty when it arrived.
  void test(engine::Engine& engine,
            const std::string& tenant,
            const std::string& channel,
            const std::string& person,
            std::function<void(Result<std::string>)> done);
  // How each is doing, as the API tells it.
  std::vector<json::Value> documents(const std::string& tenant) const;

 private:
  struct Impl;
  explicit Channels(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace fermata::app
