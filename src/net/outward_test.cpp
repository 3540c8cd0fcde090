#include "net/outward.hpp"

#include <arpa/inet.h>
#include <sys/socket.h>

#include <cstring>

#include "net/http_client.hpp"
#include "net/loopback_test.hpp"

namespace fermata::net {
namespace {

bool allows(const Outward& outward, const std::string& text) {
  sockaddr_storage storage{};
  auto* v4 = reinterpret_cast<sockaddr_in*>(&storage);
  auto* v6 = reinterpret_cast<sockaddr_in6*>(&storage);
  if (inet_pton(AF_INET, text.c_str(), &v4->sin_addr) == 1) {
    storage.ss_family = AF_INET;
  } else {
    EXPECT_EQ(inet_pton(AF_INET6, text.c_str(), &v6->sin6_addr), 1) << text;
    storage.ss_family = AF_INET6;
  }
  return outward.allows(reinterpret_cast<const sockaddr&>(storage));
}

TEST(Outward, reaches_the_world_and_nothing_of_ours) {
  const auto outward = Outward::make({});
  for (const char* open : {"1.1.1.1", "93.184.216.34", "172.32.0.1", "2606:4700::1111"})
    EXPECT_TRUE(allows(*outward, open)) << open;
  for (const char* closed : {"0.0.0.0",
                             "10.1.2.3",
                             "100.64.0.1",
                             "127.0.0.1",
                             "127.9.9.9",
                             "169.254.169.254",
                             "172.16.0.1",
                             "172.31.255.255",
                             "192.0.0.8",
                             "192.168.1.1",
                             "198.18.0.1",
                             "224.0.0.1",
                             "255.255.255.255",
                             "::",
                             "::1",
                             "::ffff:10.0.0.1",
                             "::ffff:127.0.0.1",
                             "::7f00:1",
                             "64:ff9b::a00:1",
                             "100::1",
                             "2001::1",
                             "2001:db8::1",
                             "2002:a00:1::1",
                             "fc00::1",
                             "fd00:ec2::254",
                             "fe80::1",
                             "fec0::1",
                             "ff02::1",
                             "3fff::1"})
    EXPECT_FALSE(allows(*outward, closed)) << closed;
}

TEST(Outward, reaches_networks_that_were_named) {
  const auto outward = Outward::make({"10.1.0.0/16", "::1/128", "fd12::/15"});
  ASSERT_TRUE(outward);
  for (const char* open : {"10.1.255.1", "::1", "fd13::1", "::ffff:10.1.0.1"})
    EXPECT_TRUE(allows(*outward, open)) << open;
  for (const char* closed : {"10.2.0.1", "127.0.0.1", "::2", "fd14::1"})
    EXPECT_FALSE(allows(*outward, closed)) << closed;
  for (const char* bad : {"10.1.0.0", "10.1.0.0/33", "::1/129", "all", "", "10.1/16", "1.1.1.1/-1"})
    EXPECT_EQ(Outward::make({bad}).error().reason, "net.bad_network") << bad;
}

TEST(Outward, takes_urls_that_can_be_read_in_one_way_only) {
  for (const char* good :
       {"https://example.com", "https://example.com:8443/a/b?c=d", "https://[2606:4700::1111]/"})
    EXPECT_TRUE(Outward::check_url(good, false)) << good;
  EXPECT_TRUE(Outward::check_url("http://example.com/", true));
  for (const char* bad : {"http://example.com/",
                          "ftp://example.com/",
                          "file:///etc/passwd",
                          "gopher://x/",
                          "//example.com/",
                          "example.com",
                          "https://",
                          "https:///path",
                          "https://user:word@example.com/",
                          "https://user@example.com/",
                          "https://example.com\\@evil.example/",
                          "https://example.com/#x",
                          "https://example.com/ x",
                          "https://exa\tmple.com/",
                          "https://ex\xc3\xa4mple.com/",
                          "https://example.com:99999/",
                          "HTTPS://example.com/"})
    EXPECT_EQ(Outward::check_url(bad, false).error().reason, "net.bad_url") << bad;
}

// However it is written: what counts is where the connection would go.
TEST(Outward, no_name_and_no_spelling_leads_inside) {
  std::atomic<int> hits = 0;
  const auto server = serve(quick_options(), [&](Request, Responder responder) {
    ++hits;
    responder.respond({200, {}, ""});
  });
  const auto nowhere = Outward::make({}), here = Outward::make({"127.0.0.0/8"});
  const std::string port = ":" + std::to_string(server->port()) + "/";
  Client client;
  for (const char* host : {"127.0.0.1",
                           "localhost",
                           "2130706433",
                           "0x7f000001",
                           "0x7f.1",
                           "127.1",
                           "0177.0.0.1",
                           "127.0.0.1.",
                           "[::ffff:127.0.0.1]",
                           "0.0.0.0",
                           "0"}) {
    ClientRequest request{"POST", std::string("http://") + host + port, {}, "x", 5'000};
    request.only = &*nowhere;
    EXPECT_FALSE(client.send(request)) << host;
    EXPECT_FALSE(client.reached()) << host;
  }
  EXPECT_EQ(hits, 0);
  ClientRequest request{"POST", "http://127.0.0.1" + port, {}, "x", 5'000};
  request.only = &*here;
  EXPECT_TRUE(client.send(request));
  // The kept connection is judged anew.
  request.only = &*nowhere;
  EXPECT_FALSE(client.send(request));
  EXPECT_EQ(hits, 1);
}

}  // namespace
}  // namespace fermata::net
