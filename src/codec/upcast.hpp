#pragma once

// Old events, read by a new program.
//
// Each type counts its versions from 1. When a type gets version n+1, its old shape is written
// nowhere any more, but a Lift from n is added to the table for ever: it makes what version n wrote
// into what n+1 would have written. Stored bytes are never rewritten; lifting happens on reading.

#include <cstdint>
#include <span>
#include <string_view>

#include "base/json.hpp"
#include "base/result.hpp"
#include "core/event.hpp"

namespace fermata::codec {

struct Lift {
  std::string_view type;
  std::int64_t from = 1;
  void (*apply)(json::Object& event);  // The whole event; "type" stays, "v" is set for it.
};
using Lifts = std::span<const Lift>;

// Those of this program, ascending by version within a type.
Lifts all_lifts();

// The version that is written today.
std::int64_t current_version(std::string_view type, Lifts lifts);

// Lifts `event` to the current version of its type. kInternal codec.corrupt_event: it has no type
// or version, or is of a version that this program does not know (a newer one wrote it).
Result<void> upcast(json::Object& event, Lifts lifts);

// decode() of event_codec.hpp with another table, for tests.
Result<event::Recorded> decode(std::string_view body, Lifts lifts);

tl::unexpected<Error> corrupt_event(std::string where);

}  // namespace fermata::codec
