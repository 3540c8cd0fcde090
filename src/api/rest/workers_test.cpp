#include "api/rest/workers.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <stdexcept>

namespace fermata::api {
namespace {

TEST(Workers, do_everything_that_was_taken) {
  std::atomic<int> done = 0;
  {
    Workers workers(3, 1000);
    for (int i = 0; i < 500; ++i) EXPECT_TRUE(workers.post([&] { ++done; }));
  }
  EXPECT_EQ(done, 500);
}

TEST(Workers, refuse_when_the_queue_is_full) {
  std::promise<void> begun, go_on;  // Before the workers, who use them to the end.
  Workers workers(1, 2);
  ASSERT_TRUE(workers.post([&] {
    begun.set_value();
    go_on.get_future().wait();
  }));
  begun.get_future().wait();
  EXPECT_TRUE(workers.post([] {}));
  EXPECT_TRUE(workers.post([] {}));
  EXPECT_FALSE(workers.post([] {}));
  EXPECT_EQ(workers.queued(), std::size_t{2});
  go_on.set_value();
}

TEST(Workers, refuse_once_they_have_stopped) {
  Workers workers(1, 2);
  workers.stop();
  EXPECT_FALSE(workers.post([] {}));
}

TEST(Workers, survive_a_job_that_throws) {
  std::promise<void> later;  // Before the workers, who use it to the end.
  Workers workers(1, 10);
  ASSERT_TRUE(workers.post([] { throw std::runtime_error("a bug"); }));
  ASSERT_TRUE(workers.post([&] { later.set_value(); }));
  later.get_future().wait();
}

}  // namespace
}  // namespace fermata::api
