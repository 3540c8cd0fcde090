#include "store/postgres/parameters.hpp"

#include <utility>

namespace fermata::store::postgres {
namespace {

// Fixed in pg_type.dat of every PostgreSQL.
constexpr unsigned kInt8 = 20, kText = 25, kTextArray = 1009, kInt8Array = 1016;
constexpr int kBinary = 1;

template <class Unsigned>
void append_big_endian(std::string& bytes, Unsigned value) {
  for (int shift = static_cast<int>(sizeof(value)) * 8 - 8; shift >= 0; shift -= 8) {
    bytes += static_cast<char>((value >> shift) & 0xff);
  }
}

}  // namespace

Array::Array(Of element) : element_(element) {}

void Array::add(std::string_view text) {
  ++count_;
  append_big_endian(elements_, static_cast<std::uint32_t>(text.size()));
  elements_ += text;
}

void Array::add(std::int64_t number) {
  ++count_;
  append_big_endian(elements_, std::uint32_t{8});
  append_big_endian(elements_, static_cast<std::uint64_t>(number));
}

void Array::add_null() {
  ++count_;
  has_null_ = true;
  append_big_endian(elements_, ~std::uint32_t{0});
}

// The format of array_recv(): dimensions, whether there are NULLs, the elements' type; for the one
// dimension its size and lower bound; the elements.
std::string Array::finish() && {
  std::string bytes;
  bytes.reserve(20 + elements_.size());
  append_big_endian(bytes, std::uint32_t{count_ > 0 ? 1U : 0U});
  append_big_endian(bytes, std::uint32_t{has_null_ ? 1U : 0U});
  append_big_endian(bytes, std::uint32_t{element_ == Of::kText ? kText : kInt8});
  if (count_ > 0) {
    append_big_endian(bytes, static_cast<std::uint32_t>(count_));
    append_big_endian(bytes, std::uint32_t{1});
    bytes += elements_;
  }
  return bytes;
}

Parameters& Parameters::add(std::string_view text) { return append(std::string(text), kText); }

Parameters& Parameters::add(std::int64_t number) {
  std::string bytes;
  append_big_endian(bytes, static_cast<std::uint64_t>(number));
  return append(std::move(bytes), kInt8);
}

Parameters& Parameters::add(Array array) {
  const unsigned type = array.element() == Array::Of::kText ? kTextArray : kInt8Array;
  return append(std::move(array).finish(), type);
}

Parameters& Parameters::append(std::string bytes, unsigned type) {
  lengths_.push_back(static_cast<int>(bytes.size()));
  bytes_.push_back(std::move(bytes));
  types_.push_back(type);
  formats_.push_back(kBinary);
  return *this;
}

std::vector<const char*> Parameters::values() const {
  std::vector<const char*> values;
  values.reserve(bytes_.size());
  for (const std::string& bytes : bytes_) values.push_back(bytes.data());
  return values;
}

}  // namespace fermata::store::postgres
