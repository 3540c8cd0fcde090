#pragma once

// Who follows what a model is just writing. Nothing of it is stored: the journal has the whole
// answer when it is complete, and a text that breaks off simply comes again.

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

namespace fermata::agents {

// Thread-safe. Callbacks must not block.
class Watchers {
 public:
  // `key` is the model call's.
  using OnText = std::function<void(const std::string& key, std::string_view text)>;

  // Until what is returned is let go.
  std::shared_ptr<void> follow(const std::string& tenant,
                               const std::string& workflow,
                               OnText watch);
  void tell(const std::string& tenant,
            const std::string& workflow,
            const std::string& key,
            std::string_view text);

 private:
  struct Shared {
    std::mutex mutex;
    std::uint64_t next = 0;
    std::map<std::string, std::map<std::uint64_t, std::shared_ptr<OnText>>> by_workflow;
  };
  std::shared_ptr<Shared> shared_ = std::make_shared<Shared>();
};

}  // namespace fermata::agents
