#include "ui/view/worded.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "base/utf8.hpp"
#include "ui/view/visible.hpp"

namespace fermata::ui {
namespace {

bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
char lowered(char c) { return is_upper(c) ? static_cast<char>(c - 'A' + 'a') : c; }

// Whose digits tell one from another rather than how much: 4711001 is no four million.
bool names_a_number(std::string_view name) {
  constexpr std::array<std::string_view, 14> kNames{"id",
                                                    "number",
                                                    "no",
                                                    "nr",
                                                    "code",
                                                    "account",
                                                    "phone",
                                                    "zip",
                                                    "postcode",
                                                    "year",
                                                    "port",
                                                    "version",
                                                    "pid",
                                                    "order"};
  const auto words = words_in(name);
  return words.empty() || std::find(kNames.begin(), kNames.end(), words.back()) != kNames.end();
}

// A number called "token" counts something.
bool names_a_secret_number(std::string_view name) {
  constexpr std::array<std::string_view, 5> kNames{"pin", "otp", "cvv", "cvc", "password"};
  const auto words = words_in(name);
  return !words.empty() && std::find(kNames.begin(), kNames.end(), words.back()) != kNames.end();
}

std::string grouped(std::string digits) {
  const std::size_t first = digits.starts_with('-') ? 1 : 0;
  for (std::size_t at = digits.size(); at > first + 3; at -= 3) digits.insert(at - 3, 1, ',');
  return digits;
}

Worded number_in_words(std::string_view name, const json::Value& value) {
  constexpr std::int64_t kLong = 10'000;
  const std::string exact = json::write(value);
  const std::int64_t* whole = value.as_int();
  const bool is_long = whole != nullptr && (*whole >= kLong || *whole <= -kLong);
  if (!is_long || names_a_number(name)) return {FactType::kNumber, exact, {}};
  return {FactType::kNumber, grouped(exact), exact};
}

Worded masked(const json::Value& value) {
  const std::string* text = value.as_string();
  const std::size_t length = text != nullptr ? code_points(*text) : 0;
  std::string told = "hidden";
  if (text != nullptr)
    told += " (" + std::to_string(length) + (length == 1 ? " character)" : " characters)");
  return {FactType::kSecret, std::move(told), {}, false, true};
}

Worded text_in_words(const std::string& text) {
  const auto without = without_secrets(text);
  const bool is_whole_secret = without && without->starts_with("‹hidden: ") &&
                               without->find("›") + std::string_view("›").size() == without->size();
  if (is_whole_secret) return masked(text);
  // Our own mark for what is hidden must not be taken for theirs.
  Visible shown = visible_text(without ? *without : text);
  return {FactType::kText, std::move(shown.text), {}, shown.marks, without.has_value()};
}

}  // namespace

std::vector<std::string> words_in(std::string_view name) {
  std::vector<std::string> words(1);
  for (std::size_t i = 0; i < name.size(); ++i) {
    const char c = name[i];
    const bool joins = is_upper(c) || is_lower(c) || is_digit(c);
    const bool begins = is_upper(c) && i > 0 && !is_upper(name[i - 1]);
    if ((!joins || begins) && !words.back().empty()) words.emplace_back();
    if (joins) words.back() += lowered(c);
  }
  if (words.back().empty()) words.pop_back();
  return words;
}

bool names_a_secret(std::string_view name) {
  constexpr std::array<std::string_view, 18> kAlone{"password",
                                                    "passwd",
                                                    "passphrase",
                                                    "pwd",
                                                    "secret",
                                                    "token",
                                                    "apikey",
                                                    "credential",
                                                    "credentials",
                                                    "authorization",
                                                    "cookie",
                                                    "cvv",
                                                    "cvc",
                                                    "otp",
                                                    "pin",
                                                    "privatekey",
                                                    "secretkey",
                                                    "accesskey"};
  constexpr std::array<std::string_view, 7> kBeforeKey{
      "api", "private", "secret", "access", "signing", "encryption", "master"};
  const auto has = [](const auto& list, std::string_view word) {
    return std::find(list.begin(), list.end(), word) != list.end();
  };
  const auto words = words_in(name);
  if (words.empty()) return false;
  if (has(kAlone, words.back())) return true;
  return words.size() > 1 && words.back() == "key" && has(kBeforeKey, words[words.size() - 2]);
}

Worded in_words(std::string_view name,
                const json::Value& scalar,
                const json::Object* around,
                bool secret) {
  // That there is none may be shown.
  const std::string* text = scalar.as_string();
  const bool holds_something = text != nullptr ? !text->empty() : scalar.is_number();
  const bool named = text != nullptr ? names_a_secret(name) : names_a_secret_number(name);
  if (holds_something && (secret || named)) return masked(scalar);
  if (scalar.is_null()) return {FactType::kNull, "nothing", "null"};
  if (const bool* flag = scalar.as_bool())
    return {FactType::kBoolean, *flag ? "yes" : "no", json::write(scalar)};
  if (const auto money = money_in(name, scalar, around))
    return {FactType::kMoney, money->number + " " + money->currency, json::write(scalar)};
  if (auto time = time_in_words(name, scalar))
    return {FactType::kTime, *std::move(time), json::write(scalar)};
  return text != nullptr ? text_in_words(*text) : number_in_words(name, scalar);
}

}  // namespace fermata::ui
