#pragma once

// Parameters of a statement in PostgreSQL's binary format: texts, numbers and arrays of them. Bytes
// go as they are, without quoting.

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace fermata::store::postgres {

// One array parameter, filled element by element.
class Array {
 public:
  enum class Of { kText, kNumber };
  explicit Array(Of element);

  void add(std::string_view text);
  void add(std::int64_t number);
  void add_null();
  template <class Value>
  void add(const std::optional<Value>& value) {
    value ? add(*value) : add_null();
  }

  Of element() const { return element_; }
  std::string finish() &&;

 private:
  Of element_;
  std::int32_t count_ = 0;
  bool has_null_ = false;
  std::string elements_;
};

class Parameters {
 public:
  Parameters& add(std::string_view text);
  Parameters& add(std::int64_t number);
  Parameters& add(Array array);

  int count() const { return static_cast<int>(types_.size()); }
  const unsigned* types() const { return types_.data(); }
  // Valid until the next add().
  std::vector<const char*> values() const;
  const int* lengths() const { return lengths_.data(); }
  const int* formats() const { return formats_.data(); }

 private:
  Parameters& append(std::string bytes, unsigned type);

  std::deque<std::string> bytes_;
  std::vector<unsigned> types_;
  std::vector<int> lengths_;
  std::vector<int> formats_;
};

}  // namespace fermata::store::postgres
