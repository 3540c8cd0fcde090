#pragma once

// Events as they stand on disk: canonical JSON, one flat envelope with a payload, versioned.
//
//   {"actor":{"id","kind"},"at","door","from_status","on_behalf_of","payload":{..},"request_id",
//    "request_key","to_status","trace_id","type":"approval.requested","v":1,"version":7}
//
// All members are always written, null for what is absent; times are milliseconds since 1970. The
// bytes are what the hash chain covers, so they are written once and never normalised again.
// decode() reads every version ever released (tests/golden/), lifting old ones by codec/upcast.cpp.
// All functions are pure and thread-safe.

#include <string>
#include <string_view>

#include "base/json.hpp"
#include "base/result.hpp"
#include "core/event.hpp"
#include "core/task.hpp"

namespace fermata::codec {

std::string type_of(const event::Event& event);  // "approval.requested"

std::string encode(const event::Recorded& recorded);
// kInternal codec.corrupt_event: the text is not an event we ever wrote; the detail says where. It
// is strict: each member with its type and no other. encode() of what it gives is `body` again,
// unless that was of an older version.
Result<event::Recorded> decode(std::string_view body);

// SHA-256 over prev_hash, a line feed and the body.
std::string chain_hash(std::string_view prev_hash, std::string_view body);
// What stands before a stream's first event: SHA-256 over "fermata-stream-1", a line feed, the
// tenant, a line feed and the stream's name. So no history can be passed off as another's.
std::string genesis_hash(std::string_view tenant, std::string_view stream);

std::string kind_of(const task::Task& task);  // "approval_deadline"
std::string encode(const task::Task& task);
// kInternal codec.corrupt_task, as decode().
Result<task::Task> decode_task(std::string_view kind, std::string_view body);

}  // namespace fermata::codec
