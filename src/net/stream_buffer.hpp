#pragma once

// What an EventStream has said and its connection has not yet written: bounded, thread-safe.
//
// The owner's side pushes, from any thread; the connection's side takes, on its own. Either may end
// it: the owner with finish(), after which the rest is still written; the connection with lose().

#include <cstddef>
#include <mutex>
#include <string>
#include <string_view>

namespace fermata::net {

class StreamBuffer {
 public:
  StreamBuffer(std::size_t max_bytes, bool chunked) : max_bytes_(max_bytes), chunked_(chunked) {}

  struct Pushed {
    bool taken = false;  // False once the stream is lost or finished, or this overflowed it.
    bool wake = false;   // The connection sleeps and must be told.
  };
  Pushed push(std::string_view chunk);
  bool finish();  // True when the connection must be told.
  void lose();
  bool is_lost();
  std::size_t unsent();  // Bytes that were pushed and perhaps not written.

  enum class Taken { kMore, kLast, kLost };
  // Moves what is waiting into `out` (cleared first; empty when nothing waits). With kLast it holds
  // the end of the message as well; kLost: the reader was too slow.
  Taken take(std::string& out);

 private:
  const std::size_t max_bytes_;
  const bool chunked_;
  std::mutex mutex_;
  std::string waiting_;
  std::size_t in_flight_ = 0;  // Taken by the connection, and perhaps not yet written.
  bool woken_ = true;          // It starts awake: it takes once its head is written.
  bool finished_ = false;
  bool lost_ = false;
};

}  // namespace fermata::net
