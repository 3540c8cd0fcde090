#include "net/http_server.hpp"

#include <atomic>
#include <future>
#include <thread>

#include "net/loopback_test.hpp"

namespace fermata::net {
namespace {

const std::string kPing = "GET /ping HTTP/1.1\r\nHost: x\r\n\r\n";

void echo(Request request, Responder responder) {
  responder.respond({200, {{"X-Path", request.path}}, request.method + " " + request.body});
}

bool starts(const std::string& answer, std::string_view start) { return answer.starts_with(start); }

bool has(const std::string& answer, std::string_view part) {
  return answer.find(part) != std::string::npos;
}

TEST(HttpServer, answers_and_keeps_the_connection) {
  const auto server = serve(quick_options(), echo);
  RawClient client(server->port());
  for (int i = 0; i < 1000; ++i) {
    ASSERT_TRUE(client.send(kPing));
    const auto answer = client.read_answer();
    ASSERT_TRUE(starts(answer, "HTTP/1.1 200 OK\r\nDate: ")) << answer;
    ASSERT_TRUE(answer.ends_with("GET "));
    ASSERT_FALSE(has(answer, "Server:"));
    ASSERT_FALSE(has(answer, "Connection:"));
  }
}

TEST(HttpServer, answers_later_from_another_thread) {
  std::promise<Responder> given;
  const auto server = serve(quick_options(), [&](Request, Responder responder) {
    given.set_value(std::move(responder));
  });
  RawClient client(server->port());
  client.send(kPing);
  std::thread other([&] {
    given.get_future().get().respond({201, {{"X-Evil", "a\r\nSet-Cookie: b"}}, "later"});
  });
  const auto answer = client.read_answer();
  other.join();
  EXPECT_TRUE(starts(answer, "HTTP/1.1 201 Created\r\n")) << answer;
  EXPECT_TRUE(has(answer, "X-Evil: a  Set-Cookie: b\r\n")) << answer;
  EXPECT_TRUE(answer.ends_with("\r\n\r\nlater")) << answer;
}

TEST(HttpServer, answers_500_when_the_responder_is_dropped_or_the_handler_throws) {
  const auto server = serve(quick_options(), [](Request request, Responder responder) {
    if (request.path == "/throw") throw std::runtime_error("a bug");
    if (request.path == "/elsewhere") std::thread([r = std::move(responder)] {}).join();
  });
  RawClient client(server->port());
  for (const char* const path : {"/drop", "/throw", "/elsewhere"}) {
    client.send("GET " + std::string(path) + " HTTP/1.1\r\nHost: x\r\n\r\n");
    const auto answer = client.read_answer();
    EXPECT_TRUE(starts(answer, "HTTP/1.1 500 ")) << answer;
    EXPECT_TRUE(answer.ends_with("server.no_answer")) << answer;
  }
}

TEST(HttpServer, answers_pipelined_requests_in_order) {
  const auto server = serve(quick_options(), [](Request request, Responder responder) {
    if (request.path == "/0") {
      std::thread([r = std::move(responder)]() mutable { r.respond({200, {}, "/0."}); }).detach();
    } else {
      responder.respond({200, {}, request.path + "."});
    }
  });
  RawClient client(server->port());
  std::string all;
  constexpr int kMany = 500;
  for (int i = 0; i < kMany; ++i) {
    all += "GET /" + std::to_string(i) + " HTTP/1.1\r\nHost: x\r\n\r\n";
  }
  client.send(all);
  for (int i = 0; i < kMany; ++i) {
    ASSERT_TRUE(client.read_answer().ends_with("\r\n\r\n/" + std::to_string(i) + "."));
  }
}

TEST(HttpServer, strips_the_body_for_head_and_for_204) {
  const auto server = serve(quick_options(), [](Request request, Responder responder) {
    responder.respond({request.path == "/none" ? 204 : 200, {}, request.method + "!"});
  });
  RawClient client(server->port());
  client.send("HEAD / HTTP/1.1\r\nHost: x\r\n\r\nGET /none HTTP/1.1\r\nHost: x\r\n\r\n" + kPing);
  const auto head = client.read_until("\r\n\r\n");
  EXPECT_TRUE(has(head, "Content-Length: 5\r\n")) << head;
  const auto none = client.read_until("\r\n\r\n");
  EXPECT_TRUE(starts(none, "HTTP/1.1 204 No Content\r\n")) << none;
  EXPECT_FALSE(has(none, "Content-Length")) << none;
  EXPECT_TRUE(client.read_answer().ends_with("GET!"));
}

TEST(HttpServer, closes_when_asked_and_keeps_http10_alive_only_when_asked) {
  const auto server = serve(quick_options(), echo);
  RawClient first(server->port());
  first.send("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  EXPECT_TRUE(has(first.read_to_end(), "Connection: close\r\n"));
  RawClient second(server->port());
  second.send("GET / HTTP/1.0\r\n\r\n");
  EXPECT_TRUE(second.read_to_end().ends_with("GET "));
  RawClient third(server->port());
  for (int i = 0; i < 2; ++i) {
    third.send("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    EXPECT_TRUE(has(third.read_answer(), "Connection: keep-alive\r\n"));
  }
  RawClient fourth(server->port());
  fourth.send(kPing);
  fourth.half_close();
  EXPECT_TRUE(fourth.read_to_end().ends_with("GET "));
}

TEST(HttpServer, sends_100_continue_before_it_waits_for_the_body) {
  const auto server = serve(quick_options(), echo);
  RawClient client(server->port());
  client.send("POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
  EXPECT_EQ(client.read_until("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
  client.send("ok");
  EXPECT_TRUE(client.read_answer().ends_with("POST ok"));
}

TEST(HttpServer, carries_large_bodies_both_ways) {
  const auto server = serve(quick_options(), echo);
  RawClient client(server->port());
  const std::string body(1 << 20, 'b');
  std::thread writer([&] {
    client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: " + std::to_string(body.size()) +
                "\r\n\r\n" + body);
  });
  writer.join();
  EXPECT_TRUE(client.read_answer().ends_with("POST " + body));
  client.send(kPing);
  EXPECT_TRUE(client.read_answer().ends_with("GET "));
}

TEST(HttpServer, tells_who_calls) {
  const auto server = serve(quick_options(), [](Request request, Responder responder) {
    responder.respond({200, {}, request.remote});
  });
  RawClient client(server->port());
  client.send(kPing);
  EXPECT_TRUE(has(client.read_answer(), "\r\n\r\n127.0.0.1:"));
}

TEST(HttpServer, says_why_it_cannot_listen) {
  const auto server = serve(quick_options(), echo);
  auto options = quick_options();
  options.port = server->port();
  const auto second = start_server(options, echo, plain_refusal);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, ErrorCode::kUnavailable);
  EXPECT_EQ(second.error().reason, "net.bind_failed");
  options.host = "no.such.host.invalid";
  EXPECT_FALSE(start_server(options, echo, plain_refusal));
}

// ---- Shutdown

TEST(HttpServer, shutdown_waits_for_the_open_answer_and_loses_none) {
  std::promise<Responder> given;
  const auto server = serve(quick_options(), [&](Request, Responder responder) {
    given.set_value(std::move(responder));
  });
  RawClient busy(server->port());
  busy.send(kPing);
  auto responder = given.get_future().get();
  RawClient idle(server->port());
  auto stopping = std::async(std::launch::async, [&] { server->shutdown(20'000); });
  EXPECT_TRUE(idle.is_closed());  // So the shutdown is under way.
  responder.respond({200, {}, "in time"});
  const auto answer = busy.read_to_end();
  EXPECT_TRUE(has(answer, "Connection: close\r\n")) << answer;
  EXPECT_TRUE(answer.ends_with("in time")) << answer;
  stopping.get();
  server->shutdown(0);
}

TEST(HttpServer, shutdown_answers_the_request_that_is_still_arriving) {
  const auto server = serve(quick_options(), echo);
  RawClient slow(server->port());
  slow.send("POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
  slow.read_until("\r\n\r\n");
  RawClient idle(server->port());
  auto stopping = std::async(std::launch::async, [&] { server->shutdown(20'000); });
  EXPECT_TRUE(idle.is_closed());
  slow.send("ok");
  EXPECT_TRUE(slow.read_to_end().ends_with("POST ok"));
  stopping.get();
}

TEST(HttpServer, shutdown_refuses_what_is_open_after_the_grace_and_ignores_late_answers) {
  std::promise<Responder> given;
  auto server = serve(quick_options(),
                      [&](Request, Responder responder) { given.set_value(std::move(responder)); });
  RawClient client(server->port());
  client.send(kPing);
  auto responder = given.get_future().get();
  server->shutdown(1);
  const auto answer = client.read_to_end();
  EXPECT_TRUE(starts(answer, "HTTP/1.1 503 ")) << answer;
  EXPECT_TRUE(answer.ends_with("server.shutting_down")) << answer;
  server.reset();
  auto stream = responder.start_stream({});
  EXPECT_FALSE(stream->send("nobody"));
}

TEST(HttpServer, shutdown_under_load_breaks_no_answer) {
  std::atomic<int> handled{0};
  const auto server = serve(quick_options(), [&](Request, Responder responder) {
    ++handled;
    std::thread([r = std::move(responder)]() mutable { r.respond({200, {}, "whole"}); }).detach();
  });
  std::atomic<int> answered{0};
  std::promise<void> warm;
  std::vector<std::thread> clients;
  for (int i = 0; i < 4; ++i) {
    clients.emplace_back([&] {
      RawClient client(server->port());
      for (;;) {
        if (!client.send(kPing)) return;
        const auto answer = client.read_answer();
        if (answer.empty()) return;  // Closed before it was read: the client may ask again.
        EXPECT_TRUE(answer.ends_with("whole")) << answer;
        if (++answered == 200) warm.set_value();
        if (has(answer, "Connection: close")) return;
      }
    });
  }
  warm.get_future().wait();
  server->shutdown(20'000);
  for (auto& client : clients) client.join();
  EXPECT_EQ(handled.load(), answered.load());
}

}  // namespace
}  // namespace fermata::net
