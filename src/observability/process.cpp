#include "observability/process.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "base/time.hpp"

namespace fermata::observability {
namespace {

double seconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

// Near enough to the process's start: the first use is while the server is put together.
double start_time_seconds() {
  static const TimeMs started = SystemClock().now_ms();
  return static_cast<double>(started) / 1000.0;
}

}  // namespace

std::vector<Sample> process_samples() {
  using Kind = Sample::Kind;
  std::vector<Sample> samples;
  samples.push_back({"process_start_time_seconds",
                     "Start of the process since the epoch in seconds.",
                     Kind::kGauge,
                     start_time_seconds()});
  rusage usage{};
  if (::getrusage(RUSAGE_SELF, &usage) == 0)
    samples.push_back({"process_cpu_seconds_total",
                       "User and system CPU time in seconds.",
                       Kind::kCounter,
                       seconds(usage.ru_utime) + seconds(usage.ru_stime)});
  if (std::ifstream statm("/proc/self/statm"); statm) {
    double pages = 0, resident = 0;
    statm >> pages >> resident;
    samples.push_back({"process_resident_memory_bytes",
                       "Resident memory in bytes.",
                       Kind::kGauge,
                       resident * static_cast<double>(::sysconf(_SC_PAGESIZE))});
  }
  std::error_code failed;
  double open = 0;
  for (std::filesystem::directory_iterator i("/proc/self/fd", failed), end; !failed && i != end;
       i.increment(failed))
    ++open;
  if (!failed)
    samples.push_back({"process_open_fds", "Open file descriptors.", Kind::kGauge, open});
  return samples;
}

}  // namespace fermata::observability
