#include "net/event_parser.hpp"

#include <algorithm>
#include <utility>

namespace fermata::net {

std::vector<EventParser::Event> EventParser::feed(std::string_view chunk) {
  buffer_ += chunk;
  std::vector<Event> events;
  std::size_t end = 0;
  while ((end = buffer_.find('\n')) != std::string::npos) {
    std::string line = buffer_.substr(0, end);
    buffer_.erase(0, end + 1);
    if (!line.empty() && line.back() == '\r') line.pop_back();
    if (line.empty()) {
      if (!current_.data.empty()) events.push_back(std::exchange(current_, {}));
      continue;
    }
    const std::size_t colon = std::min(line.find(':'), line.size());
    const std::string field = line.substr(0, colon);
    std::string value = colon < line.size() ? line.substr(colon + 1) : "";
    if (value.starts_with(' ')) value.erase(0, 1);
    if (field == "id") current_.id = value;
    if (field == "data") current_.data += (current_.data.empty() ? "" : "\n") + value;
  }
  return events;
}

}  // namespace fermata::net
