#include "core/form/schema.hpp"

#include <cmath>
#include <limits>

namespace fermata::form {
namespace {

// GCC's 128-bit integer, which -Wpedantic wants announced.
__extension__ using Wide = unsigned __int128;

// digits * 10^exponent; the sign does not matter to divisibility.
struct Decimal {
  std::uint64_t digits = 0;
  int exponent = 0;
};

// From the canonical text, which has at most 19 digits for an integer and 17 otherwise, once the
// zeros at its end are counted apart.
Decimal decimal_of(const json::Value& number) {
  const std::string text = json::canonical(number);
  Decimal decimal;
  bool fraction = false;
  int zeros = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == 'e') {
      decimal.exponent += std::stoi(text.substr(i + 1));
      break;
    }
    if (c == '.') fraction = true;
    if (c < '0' || c > '9') continue;
    decimal.exponent -= fraction ? 1 : 0;
    if (c == '0') {
      ++zeros;
      continue;
    }
    for (; decimal.digits != 0 && zeros > 0; --zeros) decimal.digits *= 10;
    zeros = 0;
    decimal.digits = decimal.digits * 10 + static_cast<std::uint64_t>(c - '0');
  }
  if (decimal.digits != 0) decimal.exponent += zeros;
  return decimal;
}

std::uint64_t product(std::uint64_t a, std::uint64_t b, std::uint64_t modulus) {
  return static_cast<std::uint64_t>(Wide{a} * b % modulus);
}

// 10^exponent modulo `modulus`, by squaring.
std::uint64_t power_of_ten(int exponent, std::uint64_t modulus) {
  std::uint64_t power = 1 % modulus, square = 10 % modulus;
  for (; exponent > 0; exponent /= 2) {
    if (exponent % 2 == 1) power = product(power, square, modulus);
    square = product(square, square, modulus);
  }
  return power;
}

}  // namespace

bool is_integer(const json::Value& value) {
  if (value.as_int() != nullptr) return true;
  return value.as_double() != nullptr && std::trunc(*value.as_double()) == *value.as_double();
}

std::optional<std::uint64_t> count_of(const json::Value& value) {
  constexpr auto kMost = std::numeric_limits<std::int64_t>::max();
  if (!is_integer(value) || json::compare_numbers(value, 0) < 0) return std::nullopt;
  if (json::compare_numbers(value, kMost) >= 0) return kMost;
  if (const std::int64_t* integer = value.as_int()) return static_cast<std::uint64_t>(*integer);
  return static_cast<std::uint64_t>(*value.as_double());
}

bool has_type(const json::Value& value, std::string_view type) {
  if (type == "object") return value.as_object() != nullptr;
  if (type == "array") return value.as_array() != nullptr;
  if (type == "string") return value.as_string() != nullptr;
  if (type == "boolean") return value.as_bool() != nullptr;
  if (type == "number") return value.is_number();
  return type == "integer" && is_integer(value);
}

bool is_multiple(const json::Value& number, const json::Value& divisor) {
  const Decimal a = decimal_of(number), b = decimal_of(divisor);
  if (a.digits == 0) return true;
  if (b.digits == 0) return false;
  int exponent = a.exponent - b.exponent;
  if (exponent >= 0) {
    return product(a.digits % b.digits, power_of_ten(exponent, b.digits), b.digits) == 0;
  }
  // digits has no zero at its end, so that a divisor with more than 19 digits is larger anyway.
  Wide modulus = b.digits;
  for (; exponent < 0; ++exponent) {
    modulus *= 10;
    if (modulus > a.digits) return false;
  }
  return a.digits % modulus == 0;
}

std::string pointer_to(const std::string& parent, std::string_view key) {
  std::string pointer = parent + "/";
  for (const char c : key) {
    if (c == '~') {
      pointer += "~0";
    } else if (c == '/') {
      pointer += "~1";
    } else {
      pointer += c;
    }
  }
  return pointer;
}

std::vector<std::string> names_in(std::string_view pointer) {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < pointer.size(); ++i) {
    if (pointer[i] == '/') {
      names.emplace_back();
    } else if (pointer[i] == '~') {
      names.back() += pointer[++i] == '1' ? '/' : '~';
    } else {
      names.back() += pointer[i];
    }
  }
  return names;
}

}  // namespace fermata::form
