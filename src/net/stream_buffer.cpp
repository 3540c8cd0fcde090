#include "net/stream_buffer.hpp"

#include <array>
#include <charconv>
#include <utility>

namespace fermata::net {

StreamBuffer::Pushed StreamBuffer::push(std::string_view chunk) {
  const std::lock_guard lock(mutex_);
  if (lost_ || finished_) return {};
  if (waiting_.size() + in_flight_ + chunk.size() > max_bytes_) {
    lost_ = true;
    return {false, true};  // Even a connection that is stuck writing must hear of it.
  }
  if (chunk.empty()) return {true, false};  // An empty chunk would end the message.
  if (chunked_) {
    std::array<char, 16> size{};
    const auto end = std::to_chars(size.data(), size.data() + size.size(), chunk.size(), 16).ptr;
    waiting_.append(size.data(), end).append("\r\n").append(chunk).append("\r\n");
  } else {
    waiting_ += chunk;
  }
  return {true, !std::exchange(woken_, true)};
}

bool StreamBuffer::finish() {
  const std::lock_guard lock(mutex_);
  if (lost_ || std::exchange(finished_, true)) return false;
  return !std::exchange(woken_, true);
}

void StreamBuffer::lose() {
  const std::lock_guard lock(mutex_);
  lost_ = true;
}

bool StreamBuffer::is_lost() {
  const std::lock_guard lock(mutex_);
  return lost_;
}

std::size_t StreamBuffer::unsent() {
  const std::lock_guard lock(mutex_);
  return waiting_.size() + in_flight_;
}

StreamBuffer::Taken StreamBuffer::take(std::string& out) {
  out.clear();
  const std::lock_guard lock(mutex_);
  if (lost_) return Taken::kLost;
  std::swap(out, waiting_);
  in_flight_ = out.size();
  if (finished_) {
    if (chunked_) out += "0\r\n\r\n";
    return Taken::kLast;
  }
  if (out.empty()) woken_ = false;
  return Taken::kMore;
}

}  // namespace fermata::net
