#include "base/failpoint.hpp"

#ifdef FERMATA_FAILPOINTS

#include <signal.h>
#include <unistd.h>

#include <charconv>
#include <cstdlib>
#include <map>
#include <random>
#include <string>
#include <string_view>

#include "base/assert.hpp"

namespace fermata {
namespace {

using Probabilities = std::map<std::string, double, std::less<>>;

Probabilities read_environment() {
  Probabilities probabilities;
  const char* text = std::getenv("FERMATA_FAILPOINTS");
  std::string_view rest = text == nullptr ? "" : text;
  while (!rest.empty()) {
    const std::string_view item = rest.substr(0, rest.find(','));
    rest.remove_prefix(std::min(rest.size(), item.size() + 1));
    const std::size_t equals = item.find('=');
    FERMATA_ASSERT(equals != std::string_view::npos, "FERMATA_FAILPOINTS is name=probability,...");
    const std::string_view number = item.substr(equals + 1);
    double probability = -1;
    std::from_chars(number.data(), number.data() + number.size(), probability);
    FERMATA_ASSERT(probability >= 0 && probability <= 1, "a probability lies between 0 and 1");
    probabilities.emplace(item.substr(0, equals), probability);
  }
  return probabilities;
}

}  // namespace

void failpoint(const char* name) {
  static const Probabilities probabilities = read_environment();
  const auto found = probabilities.find(std::string_view(name));
  if (found == probabilities.end()) return;
  thread_local std::mt19937_64 numbers{std::random_device{}()};
  if (std::uniform_real_distribution<double>{}(numbers) < found->second) kill(getpid(), SIGKILL);
}

}  // namespace fermata

#endif
