#include <condition_variable>
#include <future>
#include <mutex>
#include <thread>

#include "net/http_client.hpp"
#include "net/loopback_test.hpp"
#include "net/stream_buffer.hpp"

namespace fermata::net {
namespace {

const std::string kGet = "GET /stream HTTP/1.1\r\nHost: x\r\n\r\n";

// A server whose every request becomes a stream that the test holds.
class Streaming : public ::testing::Test {
 protected:
  void start(ServerOptions options = quick_options()) {
    server_ = serve(std::move(options), [this](Request, Responder responder) {
      given_.set_value(
          responder.start_stream({{"Content-Type", "text/event-stream"}, {"Connection", "x"}}));
    });
  }
  std::shared_ptr<EventStream> stream() { return given_.get_future().get(); }

  std::promise<std::shared_ptr<EventStream>> given_;
  std::unique_ptr<Server> server_;
};

TEST_F(Streaming, sends_each_event_as_it_is_given_and_ends_with_its_owner) {
  start();
  RawClient client(server_->port());
  client.send(kGet);
  auto open = stream();
  const auto head = client.read_until("\r\n\r\n");
  EXPECT_TRUE(head.starts_with("HTTP/1.1 200 OK\r\n")) << head;
  EXPECT_NE(head.find("Content-Type: text/event-stream\r\n"), std::string::npos) << head;
  EXPECT_NE(head.find("Transfer-Encoding: chunked\r\n"), std::string::npos) << head;
  EXPECT_EQ(head.find("Content-Length"), std::string::npos) << head;
  for (int i = 0; i < 100; ++i) {
    EXPECT_TRUE(open->send("data: x\n\n"));
    EXPECT_EQ(client.read_until("\n\n\r\n"), "9\r\ndata: x\n\n\r\n");
  }
  open.reset();
  EXPECT_EQ(client.read_to_end(), "0\r\n\r\n");
}

TEST_F(Streaming, needs_no_chunks_in_http10) {
  start();
  RawClient client(server_->port());
  client.send("GET / HTTP/1.0\r\n\r\n");
  stream()->send("data: x\n\n");
  EXPECT_TRUE(client.read_to_end().ends_with("\r\n\r\ndata: x\n\n"));
}

TEST_F(Streaming, sends_only_the_head_for_head) {
  start();
  RawClient client(server_->port());
  client.send("HEAD / HTTP/1.1\r\nHost: x\r\n\r\n");
  auto open = stream();
  EXPECT_TRUE(client.read_to_end().ends_with("\r\n\r\n"));
  EXPECT_FALSE(open->send("data: x\n\n"));
}

TEST_F(Streaming, tells_its_owner_when_the_client_is_gone) {
  start();
  auto client = std::make_unique<RawClient>(server_->port());
  client->send(kGet);
  auto open = stream();
  client->read_until("\r\n\r\n");
  client.reset();
  while (open->send(":\n\n")) std::this_thread::yield();
}

TEST_F(Streaming, lets_a_slow_consumer_go) {
  auto options = quick_options();
  options.max_stream_buffer_bytes = 64 << 10;
  start(options);
  RawClient client(server_->port(), 4096);
  client.send(kGet);
  auto open = stream();
  const std::string event = "data: " + std::string(10'000, 'x') + "\n\n";
  while (open->send(event)) {
  }
  EXPECT_FALSE(open->send("data: y\n\n"));
  EXPECT_FALSE(client.read_to_end().ends_with("0\r\n\r\n"));  // Cut off, and seen to be.
}

TEST_F(Streaming, ends_at_shutdown_with_everything_sent) {
  start();
  RawClient client(server_->port());
  client.send(kGet);
  auto open = stream();
  EXPECT_TRUE(open->send("data: last\n\n"));
  auto stopping = std::async(std::launch::async, [&] { server_->shutdown(20'000); });
  EXPECT_TRUE(client.read_to_end().ends_with("c\r\ndata: last\n\n\r\n0\r\n\r\n"));
  stopping.get();
  EXPECT_FALSE(open->send("data: later\n\n"));
}

TEST_F(Streaming, takes_events_from_many_threads) {
  start();
  RawClient client(server_->port());
  client.send(kGet);
  auto open = stream();
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([open] {
      for (int n = 0; n < 250; ++n) open->send("data: x\n\n");
    });
  }
  open.reset();
  for (auto& thread : threads) thread.join();
  threads.clear();
  const auto all = client.read_to_end();
  std::size_t events = 0;
  for (auto at = all.find("data"); at != std::string::npos; at = all.find("data", at + 1)) ++events;
  EXPECT_EQ(events, 1000u);
}

TEST(StreamBuffer, refuses_beyond_its_bound_and_counts_what_is_being_written) {
  StreamBuffer buffer(10, false);
  std::string out;
  EXPECT_TRUE(buffer.push("123456").taken);
  EXPECT_EQ(buffer.take(out), StreamBuffer::Taken::kMore);
  EXPECT_EQ(out, "123456");
  EXPECT_TRUE(buffer.push("1234").taken);
  EXPECT_FALSE(buffer.push("1").taken);
  EXPECT_TRUE(buffer.is_lost());
  EXPECT_EQ(buffer.take(out), StreamBuffer::Taken::kLost);
}

TEST(StreamBuffer, wakes_its_connection_once_per_sleep) {
  StreamBuffer buffer(100, true);
  std::string out;
  EXPECT_FALSE(buffer.push("a").wake);  // Not yet asleep.
  buffer.take(out);
  EXPECT_EQ(out, "1\r\na\r\n");
  buffer.take(out);
  EXPECT_TRUE(buffer.push("b").wake);
  EXPECT_FALSE(buffer.push("c").wake);
  EXPECT_TRUE(buffer.push("").taken);
  EXPECT_FALSE(buffer.finish());
  EXPECT_EQ(buffer.take(out), StreamBuffer::Taken::kLast);
  EXPECT_EQ(out, "1\r\nb\r\n1\r\nc\r\n0\r\n\r\n");
}

}  // namespace
}  // namespace fermata::net
