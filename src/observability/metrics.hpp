#pragma once

// The metrics of one server, in Prometheus' text format.
//
// Labels are bounded by construction: a route is a template of the route table, a status is a
// number, a method is one we serve. Ids, paths and names never become labels.
//
// Thread-safe.

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace fermata::observability {

// One number that somebody else counts, read when the metrics are asked for.
struct Sample {
  enum class Kind { kCounter, kGauge };
  std::string name;  // "fermata_commands_total"
  std::string help;
  Kind kind = Kind::kGauge;
  double value = 0;
};

class Metrics {
 public:
  Metrics();
  ~Metrics();

  // An answered request: http_server_requests_total and http_server_request_duration_seconds.
  void request_answered(std::string_view method,
                        std::string_view route,
                        int status,
                        double seconds);

  // Everything so far, `samples`, and the process's own figures. Content-Type: kContentType.
  std::string render(const std::vector<Sample>& samples) const;
  static constexpr std::string_view kContentType = "text/plain; version=0.0.4; charset=utf-8";

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace fermata::observability
