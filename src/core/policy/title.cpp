#include "core/policy/title.hpp"

#include <algorithm>

#include "base/utf8.hpp"

namespace fermata {
namespace {

class TitleParser {
 public:
  explicit TitleParser(std::string_view text) : text_(text) {}

  std::variant<Title, TitleFault> parse() {
    if (code_points(text_) > kMaxTitleCharacters)
      return TitleFault{0, "title is longer than 200 characters"};
    while (at_ < text_.size() && fault_.message.empty()) step();
    if (fault_.message.empty()) check_whole();
    if (!fault_.message.empty()) return fault_;
    return std::move(title_);
  }

 private:
  void step() {
    const char c = text_[at_];
    const bool doubled = at_ + 1 < text_.size() && text_[at_ + 1] == c;
    if ((c == '{' || c == '}') && doubled) {
      add_text(c);
      at_ += 2;
    } else if (c == '{') {
      argument();
    } else if (c == '}') {
      refuse(at_, "there is no { before this }; write }} for the sign itself");
    } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) {
      refuse(at_, "title is one line of plain text");
    } else {
      add_text(c);
      ++at_;
    }
  }

  void argument() {
    const std::size_t end = text_.find_first_of("{}", at_ + 1);
    if (end == std::string_view::npos || text_[end] == '{')
      return refuse(at_, "this { has no }; write {{ for the sign itself");
    const std::string_view path = text_.substr(at_ + 1, end - at_ - 1);
    if (path.empty())
      return refuse(at_, "name an argument between { and }, such as {amount} or {customer.name}");
    if (path.front() == ' ' || path.back() == ' ')
      return refuse(at_ + 1, "write the argument's name without spaces around it");
    if (++arguments_ > kMaxTitleArguments) return refuse(at_, "title names more than 10 arguments");
    title_.push_back({std::string(path), true});
    at_ = end + 1;
  }

  // It stands between "May <agent> " and "?".
  void check_whole() {
    const bool says_something = std::any_of(title_.begin(), title_.end(), [](const TitlePart& one) {
      return one.is_argument || one.text.find_first_not_of(' ') != std::string::npos;
    });
    if (!says_something) return refuse(0, "title must say what the tool does");
    if (text_.front() == ' ' || text_.back() == ' ')
      return refuse(0, "title begins and ends without a space");
    if (text_.back() == '?' || text_.back() == '.')
      refuse(text_.size() - 1,
             "leave out the last sign: people read \"May <agent> <title>?\", as in \"refund "
             "{amount}\"");
  }

  void add_text(char c) {
    if (title_.empty() || title_.back().is_argument) title_.push_back({});
    title_.back().text += c;
  }

  void refuse(std::size_t offset, std::string message) { fault_ = {offset, std::move(message)}; }

  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t arguments_ = 0;
  Title title_;
  TitleFault fault_;
};

}  // namespace

std::variant<Title, TitleFault> parse_title(std::string_view text) {
  return TitleParser(text).parse();
}

}  // namespace fermata
