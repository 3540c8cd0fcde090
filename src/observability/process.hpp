#pragma once

// Figures of this process under the names every Prometheus board knows.

#include <vector>

#include "observability/metrics.hpp"

namespace fermata::observability {

// What /proc does not tell is left out.
std::vector<Sample> process_samples();

}  // namespace fermata::observability
