#pragma once

// The recorded calls of a workflow's current branch, and how they carry a machine to where the work
// is new.

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agents/loop/machine.hpp"
#include "base/json.hpp"
#include "base/result.hpp"

namespace fermata::agents {

class Journal {
 public:
  void put(json::Value call);  // A Call document; replaces the one of its key.
  const json::Value* find(std::string_view key) const;  // nullptr: none.
  // Under which key a planned call is opened now. A tool call's request hash is the hash of its
  // tool's definition; one that was opened with another and has not begun is void, and its
  // successor has a key of its own, "<key>#<hash>".
  std::string key_to_open(const PlannedCall& call, const std::string& definition_hash) const;
  // What a call came to, whichever of its keys it was closed under; absent while it is open.
  std::optional<Outcome> outcome(const PlannedCall& call) const;

  auto begin() const { return calls_.begin(); }
  auto end() const { return calls_.end(); }

 private:
  std::map<std::string, json::Value, std::less<>> calls_;
};

bool is_closed(const json::Value& call);
// Feeds the machine what is recorded, until it needs something that is not. kConflict
// agents.diverged: the journal has something else there.
Result<void> replay(Machine& machine, const Journal& journal);

}  // namespace fermata::agents
