// Secrets that are known by their shape.

#include <algorithm>
#include <array>

#include "base/utf8.hpp"
#include "ui/view/worded.hpp"

namespace fermata::ui {
namespace {

struct Shape {
  std::string_view beginning;
  std::size_t least;  // Characters in all.
};
constexpr std::array kShapes = {
    Shape{"sk-", 20},         Shape{"sk_live_", 20}, Shape{"sk_test_", 20}, Shape{"rk_live_", 20},
    Shape{"whsec_", 20},      Shape{"ghp_", 30},     Shape{"gho_", 30},     Shape{"ghs_", 30},
    Shape{"github_pat_", 30}, Shape{"glpat-", 20},   Shape{"xoxb-", 20},    Shape{"xoxp-", 20},
    Shape{"xapp-", 20},       Shape{"AKIA", 20},     Shape{"ASIA", 20},     Shape{"AIza", 35},
    Shape{"hf_", 30},         Shape{"npm_", 36},     Shape{"pypi-", 40},    Shape{"SG.", 40},
    Shape{"fermata_", 40},    Shape{"dop_v1_", 40},
};

bool is_token_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '-' || c == '.';
}

// Three parts of base64url, the first of which begins an object.
bool is_signed_token(std::string_view word) {
  constexpr std::size_t kLeast = 30;
  return word.size() >= kLeast && word.starts_with("eyJ") &&
         std::count(word.begin(), word.end(), '.') == 2;
}

bool is_secret(std::string_view word) {
  if (is_signed_token(word)) return true;
  return std::any_of(kShapes.begin(), kShapes.end(), [&](const Shape& shape) {
    return word.size() >= shape.least && word.starts_with(shape.beginning);
  });
}

std::string hidden(std::string_view secret) {
  return "‹hidden: " + std::to_string(code_points(secret)) + " characters›";
}

// The length of a private key that begins here; 0: none does. Only what such a key is written with
// belongs to it: nothing else can be hidden behind a line that looks like its first one.
std::size_t private_key_at(std::string_view text) {
  constexpr std::string_view kBegin = "-----BEGIN ";
  constexpr std::string_view kEnd = "PRIVATE KEY-----";
  constexpr std::size_t kLongestKind = 20;
  constexpr std::string_view kWrittenWith =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=\r\n";
  if (!text.starts_with(kBegin)) return 0;
  const std::string_view first = text.substr(0, kBegin.size() + kLongestKind + kEnd.size());
  const std::size_t kind = first.find(kEnd);
  if (kind == std::string_view::npos) return 0;
  const std::size_t body = kind + kEnd.size();
  const std::size_t end = std::min(text.find_first_not_of(kWrittenWith, body), text.size());
  const std::string_view last = text.substr(end, kBegin.size() + kLongestKind + kEnd.size());
  const std::size_t tail = last.find(kEnd);
  if (!last.starts_with("-----END ") || tail == std::string_view::npos) return end;
  return end + tail + kEnd.size();
}

// Behind "://": the length of the password in "name:password@"; 0: there is none.
struct Login {
  std::size_t name = 0, password = 0;
};
Login login_at(std::string_view text) {
  const std::size_t end = std::min(text.find_first_of("/?# \t\n\"'<>"), text.size());
  const std::size_t at = text.substr(0, end).rfind('@');
  if (at == std::string_view::npos) return {};
  const std::size_t colon = text.substr(0, at).find(':');
  if (colon == std::string_view::npos) return {};
  return {colon + 1, at - colon - 1};
}

class Masker {
 public:
  explicit Masker(std::string_view text) : rest_(text) {}

  std::optional<std::string> mask() {
    while (!rest_.empty()) {
      if (const std::size_t key = private_key_at(rest_); key > 0)
        hide(key);
      else if (rest_.starts_with("://"))
        address();
      else if (is_token_character(rest_.front()) && starts_word_)
        word();
      else
        keep(1);
    }
    return found_ ? std::optional(std::move(out_)) : std::nullopt;
  }

 private:
  void word() {
    std::size_t length = 1;
    while (length < rest_.size() && is_token_character(rest_[length])) ++length;
    while (length > 1 && rest_[length - 1] == '.') --length;  // A sentence's.
    if (is_secret(rest_.substr(0, length)))
      hide(length);
    else
      keep(rest_.front() == '-' ? 1 : length);
  }

  void address() {
    keep(3);
    const Login login = login_at(rest_);
    if (login.password == 0) return;
    keep(login.name);
    hide(login.password);
  }

  void hide(std::size_t length) {
    out_ += hidden(rest_.substr(0, length));
    rest_.remove_prefix(length);
    found_ = true;
    starts_word_ = false;
  }

  void keep(std::size_t length) {
    out_ += rest_.substr(0, length);
    starts_word_ = !is_token_character(rest_[length - 1]) || rest_[length - 1] == '-';
    rest_.remove_prefix(length);
  }

  std::string_view rest_;
  std::string out_;
  bool starts_word_ = true;
  bool found_ = false;
};

}  // namespace

std::optional<std::string> without_secrets(std::string_view text) {
  constexpr std::size_t kShortest = 8;
  if (text.size() < kShortest) return std::nullopt;
  return Masker(text).mask();
}

}  // namespace fermata::ui
