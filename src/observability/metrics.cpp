#include "observability/metrics.hpp"

#include <prometheus/counter.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <map>
#include <mutex>
#include <shared_mutex>
#include <tuple>

#include "observability/process.hpp"

namespace fermata::observability {
namespace {

const prometheus::Histogram::BucketBoundaries kSeconds = {
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 60};

prometheus::MetricFamily family(const Sample& sample) {
  prometheus::MetricFamily made;
  made.name = sample.name;
  made.help = sample.help;
  prometheus::ClientMetric metric;
  if (sample.kind == Sample::Kind::kCounter) {
    made.type = prometheus::MetricType::Counter;
    metric.counter.value = sample.value;
  } else {
    made.type = prometheus::MetricType::Gauge;
    metric.gauge.value = sample.value;
  }
  made.metric.push_back(std::move(metric));
  return made;
}

}  // namespace

// Adding to a family takes the library's lock and hashes labels; the map of what was added makes
// the common case one shared lock and one look-up.
struct Metrics::Impl {
  prometheus::Registry registry;
  prometheus::Family<prometheus::Counter>& requests =
      prometheus::BuildCounter()
          .Name("http_server_requests_total")
          .Help("Requests answered, by route and status.")
          .Register(registry);
  prometheus::Family<prometheus::Histogram>& durations =
      prometheus::BuildHistogram()
          .Name("http_server_request_duration_seconds")
          .Help("From the request's arrival to its answer, waits included.")
          .Register(registry);

  struct Series {
    prometheus::Counter* counter;
    prometheus::Histogram* histogram;
  };
  using Key = std::tuple<std::string, std::string, int>;
  using View = std::tuple<std::string_view, std::string_view, int>;
  struct Less {
    using is_transparent = void;
    static View view(const Key& key) {
      return {std::get<0>(key), std::get<1>(key), std::get<2>(key)};
    }
    static View view(const View& key) { return key; }
    template <class A, class B>
    bool operator()(const A& a, const B& b) const {
      return view(a) < view(b);
    }
  };
  std::shared_mutex mutex;
  std::map<Key, Series, Less> series;

  Series find(const View& key) {
    {
      const std::shared_lock lock(mutex);
      if (const auto found = series.find(key); found != series.end()) return found->second;
    }
    const auto& [method, route, status] = key;
    const std::map<std::string, std::string> route_labels{{"method", std::string(method)},
                                                          {"route", std::string(route)}};
    auto labels = route_labels;
    labels["status"] = std::to_string(status);
    const std::unique_lock lock(mutex);
    const Series made{&requests.Add(labels), &durations.Add(route_labels, kSeconds)};
    series.emplace(Key{method, route, status}, made);
    return made;
  }
};

Metrics::Metrics() : impl_(std::make_unique<Impl>()) { process_samples(); }
Metrics::~Metrics() = default;

void Metrics::request_answered(std::string_view method,
                               std::string_view route,
                               int status,
                               double seconds) {
  const Impl::Series series = impl_->find({method, route, status});
  series.counter->Increment();
  series.histogram->Observe(seconds);
}

std::string Metrics::render(const std::vector<Sample>& samples) const {
  std::vector<prometheus::MetricFamily> families = impl_->registry.Collect();
  for (const Sample& sample : samples) families.push_back(family(sample));
  for (const Sample& sample : process_samples()) families.push_back(family(sample));
  return prometheus::TextSerializer().Serialize(families);
}

}  // namespace fermata::observability
