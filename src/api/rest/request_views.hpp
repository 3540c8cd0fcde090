#pragma once

// What people are shown of a request (ui/view), for its document: `view`. The same wherever it is
// shown: the API and the channels ask here.

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "base/json.hpp"
#include "core/policy/title.hpp"
#include "engine/engine.hpp"
#include "ui/view/view.hpp"

namespace fermata::api {

// Thread-safe. The engine outlives it.
class RequestViews {
 public:
  explicit RequestViews(engine::Engine& engine) : engine_(engine) {}

  // Adds `view` to the document of a request. In lists it has the sentence only.
  void add(const std::string& tenant, json::Value& request);
  void add_short(const std::string& tenant, json::Value& request);

 private:
  using Rules = std::map<std::string, Title>;
  // Titles of rules, by the policy that a request's H binds: the words are those of the time when
  // it was asked. None when there is no such policy, rule or title. Reads a policy once.
  Title title(const std::string& tenant, const std::string& policy_hash, const std::string& rule);
  std::shared_ptr<const Rules> rules_of(const std::string& tenant, const std::string& policy_hash);
  ui::Asked asked_of(const std::string& tenant, const json::Value& request);
  std::optional<json::Object> asked_before(const std::string& tenant, const json::Value& request);

  engine::Engine& engine_;
  std::mutex mutex_;
  std::map<std::string, std::shared_ptr<const Rules>> by_hash_;
};

}  // namespace fermata::api
