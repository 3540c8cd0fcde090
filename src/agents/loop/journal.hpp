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
  // The record of a planned call, of the latest that were opened for it; nullptr: none.
  const json::Value* find(const PlannedCall& call) const;
  // Under which key it is opened now. A tool call's request hash is the hash of its tool's
  // definition; one that was opened with another and has not begun is void, and its successor has a
  // key of its own, "<key>#<hash>".
  std::string key_to_open(const PlannedCall& call, const std::string& definition_hash) const;
  // What a call came to; absent while it is open.
  std::optional<Outcome> outcome(const PlannedCall& call) const;

  // Calls `visit` with every document, in the order in which they were put first.
  template <class Visit>
  void each(Visit visit) const {
    for (const json::Value& call : calls_) visit(call);
  }

 private:
  std::vector<json::Value> calls_;
  std::map<std::string, std::size_t, std::less<>> by_key_;
};

bool is_closed(const json::Value& call);
// Feeds the machine what is recorded, until it needs something that is not. kConflict
// agents.diverged: the journal has something else there.
Result<void> replay(Machine& machine, const Journal& journal);

}  // namespace fermata::agents
