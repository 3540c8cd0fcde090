#pragma once

// Requests to addresses that somebody configured, who may have been talked into it: where they may
// go. (OWASP, "Server-Side Request Forgery Prevention".)
//
// The address that counts is the one that is connected to, so that is what is judged, at that
// moment: no name that means one thing when it is looked at and another when it is used gets
// through, and no unusual way to write an address either.

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.hpp"

struct sockaddr;

namespace fermata::net {

class Outward {
 public:
  // Global addresses, and those of these networks besides ("10.1.0.0/16", "::1/128"). kInvalid
  // net.bad_network.
  static Result<Outward> make(const std::vector<std::string>& networks);

  bool allows(const sockaddr& address) const;
  // kInvalid net.bad_url: not absolute http or https with a host; credentials or a fragment in it;
  // characters that two parsers could read in two ways; http without `http` or over 2,048
  // characters.
  static Result<void> check_url(const std::string& url, bool http);

 private:
  struct Network {
    unsigned char bytes[16] = {};  // As IPv6.
    int bits = 0;
  };
  std::vector<Network> also_;
};

}  // namespace fermata::net
