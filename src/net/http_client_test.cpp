#include "net/http_client.hpp"

#include <atomic>

#include "net/loopback_test.hpp"

namespace fermata::net {
namespace {

std::string url(const Server& server, std::string_view path) {
  return "http://127.0.0.1:" + std::to_string(server.port()) + std::string(path);
}

std::string_view find(const Headers& headers, std::string_view name) {
  for (const auto& [key, value] : headers) {
    if (key == name) return value;
  }
  return {};
}

TEST(Client, sends_and_gives_any_status_with_headers_and_body) {
  const auto server = serve(quick_options(), [](Request request, Responder responder) {
    responder.respond({request.path == "/missing" ? 404 : 201,
                       {{"X-Seen", std::string(request.header("X-Key"))},
                        {"X-Type", std::string(request.header("Content-Type"))}},
                       request.method + " " + request.query + " " + request.body});
  });
  Client client;
  const auto made = client.send({"POST", url(*server, "/a?b=c"), {{"X-Key", "k"}}, "body", 20'000});
  ASSERT_TRUE(made) << made.error().message;
  EXPECT_EQ(made->status, 201);
  EXPECT_EQ(made->body, "POST b=c body");
  EXPECT_EQ(find(made->headers, "X-Seen"), "k");
  EXPECT_EQ(find(made->headers, "X-Type"), "");
  EXPECT_EQ(client.send({"GET", url(*server, "/missing"), {}, {}, 20'000})->status, 404);
  EXPECT_EQ(client.send({"DELETE", url(*server, "/"), {}, {}, 20'000})->body, "DELETE  ");
  EXPECT_EQ(client.send({"PUT", url(*server, "/"), {}, {}, 20'000})->body, "PUT  ");
  EXPECT_EQ(client.send({"HEAD", url(*server, "/"), {}, {}, 20'000})->body, "");
  EXPECT_EQ(client.send({"GET", url(*server, "/"), {}, {}, 20'000})->body, "GET  ");
}

TEST(Client, keeps_its_connection) {
  const auto server = serve(quick_options(), [](Request request, Responder responder) {
    responder.respond({200, {}, request.remote});
  });
  Client client;
  const auto first = client.send({"GET", url(*server, "/"), {}, {}, 20'000});
  const auto second = client.send({"GET", url(*server, "/"), {}, {}, 20'000});
  ASSERT_TRUE(first && second);
  EXPECT_EQ(first->body, second->body);
}

TEST(Client, tells_when_no_answer_came) {
  Client client;
  std::string gone;
  {
    const auto server = serve(quick_options(), [](Request, Responder) {});
    gone = url(*server, "/");
  }
  const auto refused = client.send({"GET", gone, {}, {}, 20'000});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kUnavailable);
  EXPECT_EQ(refused.error().reason, "net.no_answer");
  EXPECT_FALSE(client.reached());
  EXPECT_FALSE(client.send({"GET", "file:///etc/hostname", {}, {}, 20'000}));

  Responder* held = nullptr;
  const auto server = serve(quick_options(), [&held](Request, Responder responder) {
    held = new Responder(std::move(responder));
  });
  EXPECT_FALSE(client.send({"GET", url(*server, "/"), {}, {}, 50}));
  server->shutdown(0);
  delete held;
}

TEST(Client, streams_until_either_side_has_enough) {
  const auto server = serve(quick_options(), [](Request, Responder responder) {
    const auto stream = responder.start_stream({{"Content-Type", "text/event-stream"}});
    for (int i = 0; i < 3; ++i) stream->send("data: " + std::to_string(i) + "\n\n");
  });
  Client client;
  std::string all;
  const auto whole = client.stream({"GET", url(*server, "/"), {}, {}, 20'000}, [&](auto chunk) {
    all += chunk;
    return true;
  });
  ASSERT_TRUE(whole) << whole.error().message;
  EXPECT_EQ(whole->status, 200);
  EXPECT_EQ(find(whole->headers, "Content-Type"), "text/event-stream");
  EXPECT_EQ(all, "data: 0\n\ndata: 1\n\ndata: 2\n\n");

  int chunks = 0;
  const auto stopped = client.stream({"GET", url(*server, "/"), {}, {}, 20'000}, [&](auto) {
    ++chunks;
    return false;
  });
  ASSERT_TRUE(stopped);
  EXPECT_EQ(stopped->status, 200);
  EXPECT_EQ(chunks, 1);
}

TEST(Client, gives_up_a_request_that_is_cancelled) {
  Responder* held = nullptr;
  std::atomic<bool> asked = false;
  const auto server = serve(quick_options(), [&](Request, Responder responder) {
    held = new Responder(std::move(responder));
    asked = true;
  });
  Client client;
  ClientRequest request{"GET", url(*server, "/"), {}, {}, 20'000};
  request.cancelled = [&] { return asked.load(); };
  EXPECT_FALSE(client.send(request));
  EXPECT_TRUE(client.reached());
  server->shutdown(0);
  delete held;
}

}  // namespace
}  // namespace fermata::net
