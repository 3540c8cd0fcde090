#pragma once

// Cuts a stream of bytes into server-sent events, for whoever reads one. Ids and data alone;
// comments and unknown fields are left out.

#include <string>
#include <string_view>
#include <vector>

namespace fermata::net {

class EventParser {
 public:
  struct Event {
    std::string id, data;
  };
  // The events that `chunk` completes.
  std::vector<Event> feed(std::string_view chunk);
  // What came and is not yet an event: a bound on it is the caller's to keep.
  std::size_t held_bytes() const { return buffer_.size() + current_.data.size(); }

 private:
  std::string buffer_;
  Event current_;
};

}  // namespace fermata::net
