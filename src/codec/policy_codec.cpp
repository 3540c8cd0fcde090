#include "codec/policy_codec.hpp"

#include <algorithm>

#include "base/hash.hpp"
#include "codec/policy_reader.hpp"
#include "codec/yaml.hpp"

namespace fermata::codec {
namespace {

constexpr std::size_t kMaxErrors = 100;

}  // namespace

ParsedPolicy parse_policy(std::string_view source) {
  ParsedPolicy parsed;
  YamlDocument document = read_yaml(source);
  parsed.errors = std::move(document.errors);
  if (parsed.errors.empty()) parsed = PolicyReader().read(document.root);
  std::stable_sort(parsed.errors.begin(), parsed.errors.end(), [](const auto& a, const auto& b) {
    return std::pair(a.line, a.column) < std::pair(b.line, b.column);
  });
  if (parsed.errors.size() > kMaxErrors) parsed.errors.resize(kMaxErrors);
  parsed.policy.hash = sha256_hex(source);
  return parsed;
}

std::string to_string(const std::vector<PolicyError>& errors, std::string_view file_name) {
  std::string text;
  for (const PolicyError& error : errors) {
    text += file_name;
    text += ":" + std::to_string(error.line) + ":" + std::to_string(error.column) + ": " +
            error.message + "\n";
  }
  return text;
}

}  // namespace fermata::codec
