#include "base/regex.hpp"

#include <re2/re2.h>

#include <string>

#include "base/regex_ecma.hpp"

namespace fermata {
namespace {

constexpr std::size_t kMaxPatternBytes = 1024;
constexpr int kMaxInstructions = 20'000;
constexpr std::int64_t kMaxMemory = 1 << 20;

tl::unexpected<Error> refuse(const std::string& message) {
  return fail(ErrorCode::kInvalid, "regex.unsupported", message);
}

RE2::Options options() {
  RE2::Options made(RE2::Quiet);
  made.set_max_mem(kMaxMemory);
  made.set_never_capture(true);
  return made;
}

}  // namespace

struct Regex::Program {
  explicit Program(const std::string& pattern) : re2(pattern, options()) {}
  RE2 re2;
};

Regex::Regex(std::shared_ptr<const Program> program) : program_(std::move(program)) {}

Result<Regex> Regex::compile(std::string_view pattern) {
  if (pattern.size() > kMaxPatternBytes) return refuse("the pattern is longer than 1024 bytes");
  const auto translated = translate_ecma(pattern);
  if (const auto* refused = std::get_if<RegexRefusal>(&translated)) {
    return refuse(refused->message + " (at byte " + std::to_string(refused->position + 1) + ")");
  }
  auto program = std::make_shared<const Program>(std::get<std::string>(translated));
  if (program->re2.error_code() == RE2::ErrorPatternTooLarge ||
      (program->re2.ok() && program->re2.ProgramSize() > kMaxInstructions)) {
    return refuse("the pattern is too large; use maxLength instead of counting with {1,100}");
  }
  if (!program->re2.ok()) return refuse("the pattern is not valid: " + program->re2.error());
  return Regex(std::move(program));
}

bool Regex::matches(std::string_view text) const {
  return RE2::PartialMatch({text.data(), text.size()}, program_->re2);
}

std::uint64_t Regex::cost(std::string_view text) const {
  return static_cast<std::uint64_t>(program_->re2.ProgramSize()) * (text.size() + 1);
}

}  // namespace fermata
