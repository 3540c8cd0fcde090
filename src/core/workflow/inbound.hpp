#pragma once

// What the program of another framework asked at once, in that framework's own shape.
//
// Each of its questions about an action is a call, judged, asked about and counted like any other.
// The program runs it by its own means: the yes itself is what it waits for, so the call is
// granted, started and closed as it is handed over. A question that wants words is a request
// without a call. The payload is kept as it came, and its hash is what H binds as each question's
// definition (P5).

#include <cstdint>
#include <string>
#include <vector>

#include "base/json.hpp"
#include "base/time.hpp"

namespace fermata {

struct Workflow;
namespace event {
struct InboundAsked;
}

// One question: its call, or the request that wants words.
struct InboundPart {
  std::string call, approval;
  friend bool operator==(const InboundPart&, const InboundPart&) = default;
};

struct InboundAsk {
  std::string id;   // in_<suffix>_<n>
  std::string key;  // The asker's own name for it, unique on a branch; or empty.
  json::Value asked;
  std::string hash;                // Of `asked`.
  std::vector<InboundPart> parts;  // In the payload's order.
  std::int64_t version = 0;        // Of the stream when it was asked.
  std::int64_t left = 0;           // The epoch whose rollback left it on an abandoned branch; or 0.

  bool live() const { return left == 0; }
};

const InboundAsk* find_inbound(const Workflow& workflow, const std::string& id);  // nullptr: none.
// The live one of that key; nullptr: none. No key names none.
const InboundAsk* find_inbound_by_key(const Workflow& workflow, const std::string& key);

// What a call comes to that is handed over: nobody tells how it went.
json::Value handed_over();

// The fold: it was asked, and a rollback at `now` to a checkpoint of version `kept` leaves it
// behind.
void add_inbound(Workflow& workflow, const event::InboundAsked& asked, std::int64_t version);
void leave_inbound(Workflow& workflow, std::int64_t kept, std::int64_t epoch, TimeMs now);

}  // namespace fermata
