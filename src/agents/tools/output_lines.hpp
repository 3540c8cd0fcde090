#pragma once

// What a process says, line by line, with a bound on what is kept of it.
//
// A line that is longer than the bound is no line. What of it comes is looked through for one
// thing and let go: to which of our requests it is the answer, so that this request, and no other,
// is told. Not thread-safe.

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace fermata::agents {

// Finds the member "id" of an object that is too large to be read whole. Of what is no JSON it
// finds none, or one that nobody asked for.
class IdFinder {
 public:
  void feed(std::string_view some);
  // As JSON text; empty: it has none, or is itself a request or a notice.
  std::string id() const { return is_answer_ ? id_ : std::string(); }

 private:
  void take(char c);
  void keep(char c);
  void end_member();
  enum class Member { kOther, kId, kMethod };

  int depth_ = 0;
  bool in_text_ = false, escaped_ = false, is_answer_ = true;
  Member member_ = Member::kOther;
  std::string token_;  // Of depth 1, cut.
  std::string id_;
};

class OutputLines {
 public:
  explicit OutputLines(std::size_t most) : most_(most) {}

  struct Line {
    std::string text;  // Without its end; empty when it was too long.
    bool too_long = false;
    std::string answer_to;  // Of one that was too long.
  };
  // The lines that `some` completes.
  std::vector<Line> feed(std::string_view some);
  // Bytes of the line that is coming, if it is too long already.
  std::size_t skipped() const { return skipped_; }

 private:
  void add(std::string_view part);

  std::size_t most_;
  std::string line_;
  std::optional<IdFinder> finder_;
  std::size_t skipped_ = 0;
};

// The parts of secrets that must not be read anywhere, the longest first, so that none is found
// within another one and leaves the rest of it. Of a secret of several lines each line counts, but
// for those that are too short to tell anything.
std::vector<std::string> hidden_parts(const std::vector<std::string>& secrets);
// `text` with "***" in place of each.
std::string hide(std::string text, const std::vector<std::string>& parts);

}  // namespace fermata::agents
