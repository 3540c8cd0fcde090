#include "net/outward.hpp"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <memory>
#include <optional>

namespace fermata::net {
namespace {

using Bytes = std::array<unsigned char, 16>;
constexpr Bytes kMapped = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0, 0, 0, 0};
constexpr std::size_t kMaxUrl = 2'048;

struct Range {
  const char* network;
  int bits;
};

// What is not global (IANA's special-purpose registries), or leads to such an address in disguise.
constexpr std::array<Range, 15> kClosed4{{{"0.0.0.0", 8},
                                          {"10.0.0.0", 8},
                                          {"100.64.0.0", 10},
                                          {"127.0.0.0", 8},
                                          {"169.254.0.0", 16},
                                          {"172.16.0.0", 12},
                                          {"192.0.0.0", 24},
                                          {"192.0.2.0", 24},
                                          {"192.88.99.0", 24},
                                          {"192.168.0.0", 16},
                                          {"198.18.0.0", 15},
                                          {"198.51.100.0", 24},
                                          {"203.0.113.0", 24},
                                          {"224.0.0.0", 4},
                                          {"240.0.0.0", 4}}};
// Of IPv6 only 2000::/3 is given out; these of it are special.
constexpr std::array<Range, 4> kClosed6{
    {{"2001::", 23}, {"2001:db8::", 32}, {"2002::", 16}, {"3fff::", 20}}};

std::optional<Bytes> parse(const std::string& text) {
  Bytes bytes = kMapped;
  if (inet_pton(AF_INET, text.c_str(), bytes.data() + 12) == 1) return bytes;
  if (inet_pton(AF_INET6, text.c_str(), bytes.data()) == 1) return bytes;
  return std::nullopt;
}

bool starts(const unsigned char* address, const unsigned char* network, int bits) {
  const auto whole = static_cast<std::size_t>(bits / 8);
  if (std::memcmp(address, network, whole) != 0) return false;
  const int rest = bits % 8;
  const auto mask = static_cast<unsigned char>(0xff << (8 - rest));
  return rest == 0 || ((address[whole] ^ network[whole]) & mask) == 0;
}

template <std::size_t count>
bool any(const std::array<Range, count>& ranges, const Bytes& address, int offset) {
  return std::any_of(ranges.begin(), ranges.end(), [&](const Range& range) {
    return starts(address.data(), parse(range.network)->data(), range.bits + offset);
  });
}

bool is_v4(const Bytes& address) { return starts(address.data(), kMapped.data(), 96); }

bool is_global(const Bytes& address) {
  if (is_v4(address)) return !any(kClosed4, address, 96);
  return (address[0] & 0xe0) == 0x20 && !any(kClosed6, address, 0);
}

std::optional<Bytes> bytes_of(const sockaddr& address) {
  Bytes bytes = kMapped;
  if (address.sa_family == AF_INET) {
    sockaddr_in v4{};
    std::memcpy(&v4, &address, sizeof v4);
    std::memcpy(bytes.data() + 12, &v4.sin_addr, 4);
    return bytes;
  }
  if (address.sa_family != AF_INET6) return std::nullopt;
  sockaddr_in6 v6{};
  std::memcpy(&v6, &address, sizeof v6);
  std::memcpy(bytes.data(), &v6.sin6_addr, 16);
  return bytes;
}

tl::unexpected<Error> bad_url(std::string why) {
  return fail(ErrorCode::kInvalid, "net.bad_url", std::move(why));
}

struct FreeUrl {
  void operator()(CURLU* url) const { curl_url_cleanup(url); }
};

bool has(CURLU* url, CURLUPart part) {
  char* text = nullptr;
  const bool there = curl_url_get(url, part, &text, 0) == CURLUE_OK;
  curl_free(text);
  return there;
}

}  // namespace

Result<Outward> Outward::make(const std::vector<std::string>& networks) {
  Outward outward;
  for (const std::string& text : networks) {
    const auto slash = text.find('/');
    const auto address = parse(text.substr(0, slash));
    const bool v4 = address && text.find(':') == std::string::npos;
    int bits = -1;
    if (slash != std::string::npos)
      std::from_chars(text.data() + slash + 1, text.data() + text.size(), bits);
    if (!address || bits < 0 || bits > (v4 ? 32 : 128))
      return fail(ErrorCode::kInvalid,
                  "net.bad_network",
                  "'" + text + "' is no network; write it as 10.1.0.0/16 or fd00::/8");
    Network network;
    std::copy(address->begin(), address->end(), network.bytes);
    network.bits = v4 ? bits + 96 : bits;
    outward.also_.push_back(network);
  }
  return outward;
}

bool Outward::allows(const sockaddr& address) const {
  const auto bytes = bytes_of(address);
  if (!bytes) return false;
  const auto within = [&](const Network& one) {
    return starts(bytes->data(), one.bytes, one.bits);
  };
  return is_global(*bytes) || std::any_of(also_.begin(), also_.end(), within);
}

Result<void> Outward::check_url(const std::string& url, bool http) {
  const auto odd = [](char c) { return c <= ' ' || c > '~' || c == '\\' || c == '#'; };
  if (url.size() > kMaxUrl) return bad_url("the URL is too long");
  if (std::any_of(url.begin(), url.end(), odd))
    return bad_url(
        "the URL has spaces, backslashes, a fragment or characters that must be escaped");
  if (!url.starts_with("https://") && !(http && url.starts_with("http://")))
    return bad_url(http ? "the URL must begin with https:// or http://"
                        : "the URL must begin with https://");
  const std::unique_ptr<CURLU, FreeUrl> parsed(curl_url());
  if (parsed == nullptr || curl_url_set(parsed.get(), CURLUPART_URL, url.c_str(), 0) != CURLUE_OK)
    return bad_url("the URL cannot be read");
  if (has(parsed.get(), CURLUPART_USER) || has(parsed.get(), CURLUPART_PASSWORD))
    return bad_url("the URL has credentials in it");
  // Where one parser sees no host, another takes the first part of the path for it.
  const std::size_t host = url.find("://") + 3;
  if (!has(parsed.get(), CURLUPART_HOST) || host == url.size() || url[host] == '/' ||
      url[host] == '?' || url[host] == ':')
    return bad_url("the URL has no host");
  return {};
}

}  // namespace fermata::net
