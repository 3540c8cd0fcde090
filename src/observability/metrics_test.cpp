#include "observability/metrics.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace fermata::observability {
namespace {

using testing::HasSubstr;

TEST(Metrics, counts_requests_by_route_and_status) {
  Metrics metrics;
  metrics.request_answered("GET", "/v1/me", 200, 0.002);
  metrics.request_answered("GET", "/v1/me", 200, 0.002);
  metrics.request_answered("GET", "/v1/me", 401, 0.001);
  const std::string text = metrics.render({});
  EXPECT_THAT(
      text, HasSubstr(R"(http_server_requests_total{method="GET",route="/v1/me",status="200"} 2)"));
  EXPECT_THAT(
      text, HasSubstr(R"(http_server_requests_total{method="GET",route="/v1/me",status="401"} 1)"));
  EXPECT_THAT(
      text,
      HasSubstr(R"(http_server_request_duration_seconds_count{method="GET",route="/v1/me"} 3)"));
}

TEST(Metrics, adds_what_others_count_and_the_process) {
  const std::string text =
      Metrics().render({{"fermata_commands_total", "Commands.", Sample::Kind::kCounter, 5}});
  EXPECT_THAT(text, HasSubstr("# TYPE fermata_commands_total counter"));
  EXPECT_THAT(text, HasSubstr("fermata_commands_total 5"));
  EXPECT_THAT(text, HasSubstr("process_resident_memory_bytes"));
}

}  // namespace
}  // namespace fermata::observability
