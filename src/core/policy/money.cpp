// Sums and money: exact decimals, in another currency by the policy's own rates.

#include "base/assert.hpp"
#include "core/policy/circumstances.hpp"
#include "core/policy/lookup.hpp"

namespace fermata {
namespace {

Truth compare(Bound bound, const Decimal& value, const Decimal& limit) {
  const auto yes = [](bool holds) { return holds ? Truth::kTrue : Truth::kFalse; };
  switch (bound) {
    case Bound::kAbove:
      return yes(value > limit);
    case Bound::kAtLeast:
      return yes(value >= limit);
    case Bound::kBelow:
      return yes(value < limit);
    case Bound::kAtMost:
      return yes(value <= limit);
  }
  FERMATA_ASSERT(false, "a bound is one of four");
}

// None below zero: it would make room for what others add.
std::optional<Decimal> added(const SumIs& wanted, const PolicyInput& input) {
  const Argument argument = look_up(input.arguments, wanted.of);
  if (argument.presence != Presence::kFound) return std::nullopt;
  const auto amount = Decimal::of(*argument.value);
  return amount && !amount->negative() ? amount : std::nullopt;
}

std::optional<Decimal> before(const SumIs& wanted, const PolicyInput& input) {
  const auto known = input.sums.find(wanted.of);
  if (known != input.sums.end()) return known->second;
  return input.calls == 0 ? std::optional<Decimal>(Decimal{}) : std::nullopt;
}

std::optional<Decimal> total(const SumIs& wanted, const PolicyInput& input) {
  const auto sum = before(wanted, input), amount = added(wanted, input);
  return sum && amount ? sum->plus(*amount) : std::nullopt;
}

// A number, or text that is a plain decimal: many tools give money as text.
std::optional<Decimal> amount_of(const MoneyIs& wanted, const PolicyInput& input) {
  const Argument argument = look_up(input.arguments, wanted.amount);
  if (argument.presence != Presence::kFound) return std::nullopt;
  const std::string* text = argument.value->as_string();
  return text != nullptr ? Decimal::parse(*text) : Decimal::of(*argument.value);
}

std::optional<std::string> currency_of(const MoneyIs& wanted, const PolicyInput& input) {
  const Argument argument = look_up(input.arguments, wanted.currency);
  if (argument.presence != Presence::kFound) return std::nullopt;
  const std::string* text = argument.value->as_string();
  return text == nullptr ? std::nullopt : std::optional<std::string>(*text);
}

std::optional<Decimal> in_base(const Decimal& amount,
                               const std::string& currency,
                               const Rates& rates) {
  if (rates.base.empty()) return std::nullopt;
  if (currency == rates.base) return amount;
  const auto rate = rates.in_base.find(currency);
  return rate == rates.in_base.end() ? std::nullopt : amount.times(rate->second);
}

std::string with_currency(const Decimal& amount, const std::string& currency) {
  return grouped(amount) + " " + currency;
}

}  // namespace

Truth holds(const SumIs& wanted, const PolicyInput& input, const Rates&) {
  const auto sum = total(wanted, input);
  return sum ? compare(wanted.bound, *sum, wanted.limit) : Truth::kUnknown;
}

Truth holds(const MoneyIs& wanted, const PolicyInput& input, const Rates& rates) {
  const auto amount = amount_of(wanted, input);
  const auto currency = currency_of(wanted, input);
  if (!amount || !currency) return Truth::kUnknown;
  if (*currency == wanted.limit_currency) return compare(wanted.bound, *amount, wanted.limit);
  const auto value = in_base(*amount, *currency, rates);
  const auto limit = in_base(wanted.limit, wanted.limit_currency, rates);
  return value && limit ? compare(wanted.bound, *value, *limit) : Truth::kUnknown;
}

std::string describe_sum(const SumIs& wanted, const PolicyInput& input) {
  const std::string is = to_string(wanted.bound) + " " + grouped(wanted.limit);
  if (const auto sum = total(wanted, input))
    return "the sum of " + wanted.of + " in the workflow, " + grouped(*sum) +
           " with this call, is " + is;
  const std::string so = ", so the sum in the workflow counts as " + is;
  if (added(wanted, input))
    return "what calls before it had as " + wanted.of + " is not known" + so;
  const Argument argument = look_up(input.arguments, wanted.of);
  if (argument.presence == Presence::kFound && argument.value->is_number())
    return wanted.of + " " + shown(*argument.value) + " cannot be added up" + so;
  return wanted.of + why_unusable(argument) + so;
}

std::string describe_money(const MoneyIs& wanted, const PolicyInput& input, const Rates& rates) {
  const std::string is =
      to_string(wanted.bound) + " " + with_currency(wanted.limit, wanted.limit_currency);
  const auto amount = amount_of(wanted, input);
  const auto currency = currency_of(wanted, input);
  const std::string so = ", so it counts as " + is;
  if (!amount) {
    const Argument argument = look_up(input.arguments, wanted.amount);
    const bool is_number = argument.presence == Presence::kFound && argument.value->is_number();
    return wanted.amount +
           (is_number ? " " + shown(*argument.value) + " is no exact amount"
                      : why_unusable(argument)) +
           so;
  }
  if (!currency)
    return wanted.currency + why_unusable(look_up(input.arguments, wanted.currency)) +
           ", so the amount counts as " + is;
  const auto value = in_base(*amount, *currency, rates);
  const bool known = holds(wanted, input, rates) != Truth::kUnknown;
  if (!known)
    return wanted.amount + " " + grouped(*amount) + " " + shown(*currency) +
           " cannot be compared by the policy's rates" + so;
  const bool same = *currency == wanted.limit_currency;
  const bool tells_value = !same && value && *currency != rates.base;
  return wanted.amount + " " + with_currency(*amount, *currency) +
         (tells_value ? " (" + with_currency(*value, rates.base) + ")" : "") + " is " + is;
}

std::string grouped(const Decimal& number) {
  std::string text = number.text();
  const std::size_t first = number.negative() ? 1 : 0;
  std::size_t at = std::min(text.find('.'), text.size());
  for (; at > first + 3; at -= 3) text.insert(at - 3, 1, ',');
  return text;
}

std::string to_string(Bound bound) {
  switch (bound) {
    case Bound::kAbove:
      return "above";
    case Bound::kAtLeast:
      return "at least";
    case Bound::kBelow:
      return "below";
    case Bound::kAtMost:
      return "at most";
  }
  FERMATA_ASSERT(false, "a bound is one of four");
}

}  // namespace fermata
