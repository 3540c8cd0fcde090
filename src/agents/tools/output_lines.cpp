#include "agents/tools/output_lines.hpp"

#include <algorithm>
#include <utility>

namespace fermata::agents {
namespace {

constexpr std::size_t kMaxToken = 200;
constexpr std::size_t kShortestLine = 4;  // Of a secret of several: "{" and "}" tell nothing.
constexpr std::string_view kHidden = "***";
constexpr std::string_view kSpace = " \t\r\n";

std::string_view trimmed(std::string_view text) {
  const std::size_t from = text.find_first_not_of(kSpace);
  if (from == std::string_view::npos) return {};
  return text.substr(from, text.find_last_not_of(kSpace) - from + 1);
}

}  // namespace

void IdFinder::feed(std::string_view some) {
  for (const char c : some) take(c);
}

void IdFinder::take(char c) {
  if (in_text_) {
    keep(c);
    in_text_ = escaped_ || c != '"';
    escaped_ = !escaped_ && c == '\\';
    return;
  }
  if (c == '{' || c == '[') {
    ++depth_;
  } else if (c == '}' || c == ']') {
    if (--depth_ == 0) end_member();
  } else if (c == ':' && depth_ == 1) {
    member_ = token_ == "\"id\""       ? Member::kId
              : token_ == "\"method\"" ? Member::kMethod
                                       : Member::kOther;
    token_.clear();
  } else if (c == ',' && depth_ == 1) {
    end_member();
  } else if (kSpace.find(c) == std::string_view::npos) {
    keep(c);
    in_text_ = c == '"';
  }
}

void IdFinder::keep(char c) {
  if (depth_ == 1 && token_.size() < kMaxToken) token_ += c;
}

void IdFinder::end_member() {
  if (member_ == Member::kId) id_ = token_;
  if (member_ == Member::kMethod) is_answer_ = false;
  member_ = Member::kOther;
  token_.clear();
}

void OutputLines::add(std::string_view part) {
  if (!finder_ && line_.size() + part.size() <= most_) {
    line_ += part;
    return;
  }
  if (!finder_) {
    finder_.emplace();
    finder_->feed(line_);
    skipped_ = line_.size();
    line_ = std::string();
  }
  finder_->feed(part);
  skipped_ += part.size();
}

std::vector<OutputLines::Line> OutputLines::feed(std::string_view some) {
  std::vector<Line> lines;
  for (std::size_t end = some.find('\n'); end != std::string_view::npos; end = some.find('\n')) {
    add(some.substr(0, end));
    some.remove_prefix(end + 1);
    Line line{std::exchange(line_, {}), finder_.has_value(), finder_ ? finder_->id() : ""};
    lines.push_back(std::move(line));
    finder_.reset();
    skipped_ = 0;
  }
  add(some);
  return lines;
}

std::vector<std::string> hidden_parts(const std::vector<std::string>& secrets) {
  std::vector<std::string> parts;
  for (const std::string& secret : secrets) {
    if (!secret.empty()) parts.push_back(secret);
    if (secret.find('\n') == std::string::npos) continue;
    for (std::size_t from = 0; from < secret.size();) {
      const std::size_t end = std::min(secret.find('\n', from), secret.size());
      const std::string_view line = trimmed(std::string_view(secret).substr(from, end - from));
      if (line.size() >= kShortestLine) parts.emplace_back(line);
      from = end + 1;
    }
  }
  std::stable_sort(
      parts.begin(), parts.end(), [](const auto& a, const auto& b) { return a.size() > b.size(); });
  return parts;
}

std::string hide(std::string text, const std::vector<std::string>& parts) {
  for (const std::string& part : parts)
    for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at))
      text.replace(at, part.size(), kHidden), at += kHidden.size();
  return text;
}

}  // namespace fermata::agents
