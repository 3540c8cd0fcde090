#pragma once

// Bytes -> Requests, one after another, refusing whatever two servers could read in two ways.
//
// The grammar is Boost.Beast's, seen in request_parser.cpp alone. On top stands a guard for what
// Beast lets through: an obs-fold, a missing or doubled Host, doubled Content-Length, any
// Transfer-Encoding but one `chunked` in HTTP/1.1, header bytes summed over several reads.
// Trailers are read and dropped: they can name no header that a handler trusts.
//
// Not thread-safe.

#include <cstddef>
#include <memory>
#include <string_view>

#include "net/http_server.hpp"

namespace fermata::net {

struct Refused {
  int status = 0;
  std::string_view reason;
  std::string_view message;
};

class RequestParser {
 public:
  enum class Step { kNeedMore, kComplete, kRefused };

  RequestParser(std::size_t max_header_bytes, std::size_t max_body_bytes);
  ~RequestParser();
  RequestParser(const RequestParser&) = delete;
  RequestParser& operator=(const RequestParser&) = delete;

  // Sets how many of `bytes` are done with; the others must come again, at the front, next time.
  // Never leaves more than the header limit unread, so the caller's buffer stays bounded.
  Step feed(std::string_view bytes, std::size_t& consumed);

  const Refused& refused() const;  // After kRefused.
  Request take();                  // After kComplete: the request; `remote` is left to the caller.
  void reset();                    // Ready for the next request.

  bool has_begun() const;  // Empty lines before a request are none of it.
  // True once per request: its header asks for a 100 and none of its body has come.
  bool wants_continue();
  // Of the header read so far; after kRefused they may be all wrong but harmless.
  bool keep_alive() const;
  bool is_http11() const;
  bool is_head() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace fermata::net
