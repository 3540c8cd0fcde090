#pragma once

// Single values in words: money with its currency, times with their day, secrets not at all.
// Internal to ui/view.

#include <optional>
#include <string>
#include <string_view>

#include "base/json.hpp"
#include "ui/view/view.hpp"

namespace fermata::ui {

struct Worded {
  FactType type = FactType::kText;
  std::string text;   // Visible.
  std::string exact;  // Empty where `text` says it exactly.
  bool marks = false;
  bool hides = false;  // A part of it is masked.
};

// `name` is the member's, `around` the object it stands in (or null): an amount finds its currency
// there. `secret`: so is all that stands here.
Worded in_words(std::string_view name,
                const json::Value& scalar,
                const json::Object* around,
                bool secret);

// By its name: "password", "apiKey", "access_token".
bool names_a_secret(std::string_view name);
// By its shape: keys of well-known services, tokens, private keys, passwords in addresses. The text
// with each of them replaced by "‹hidden: 32 characters›"; none when there is no such thing.
std::optional<std::string> without_secrets(std::string_view text);

// "240.00 EUR"; none when the value is no amount with a currency beside it.
struct Money {
  std::string number, currency;
};
std::optional<Money> money_in(std::string_view name,
                              const json::Value& value,
                              const json::Object* around);

// "Mon 23 Nov 2026, 14:00 (UTC+01:00)"; none for what is no time.
std::optional<std::string> time_in_words(std::string_view name, const json::Value& value);

// "amountDue_EUR" -> amount, due, eur.
std::vector<std::string> words_in(std::string_view name);

}  // namespace fermata::ui
