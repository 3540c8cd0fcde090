#pragma once

// What people are shown of a request (ui/view), for its document: `view`.

#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "base/json.hpp"
#include "core/policy/title.hpp"

namespace fermata::api {

class Exchange;

// The titles of rules, by the policy that a request's H binds: the words are those of the time when
// it was asked. Reads a policy once. Thread-safe.
class Titles {
 public:
  // None when there is no such policy, rule or title.
  Title find(const Exchange& exchange, const std::string& policy_hash, const std::string& rule);

 private:
  using Rules = std::map<std::string, Title>;
  std::shared_ptr<const Rules> rules_of(const Exchange& exchange, const std::string& policy_hash);

  std::mutex mutex_;
  std::map<std::string, std::shared_ptr<const Rules>> by_hash_;
};

// Adds `view` to the document of a request. In lists it has the sentence only.
void add_view(const Exchange& exchange, json::Value& request);
void add_short_view(const Exchange& exchange, json::Value& request);

}  // namespace fermata::api
