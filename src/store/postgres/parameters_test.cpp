#include "store/postgres/parameters.hpp"

#include <gtest/gtest.h>

namespace fermata::store::postgres {
namespace {

using namespace std::string_literals;

TEST(ArrayParameter, is_in_the_binary_format_of_the_server) {
  Array texts(Array::Of::kText);
  texts.add(std::string_view("ab"));
  texts.add_null();
  EXPECT_EQ(std::move(texts).finish(),
            "\0\0\0\1\0\0\0\1\0\0\0\x19\0\0\0\2\0\0\0\1\0\0\0\2"s + "ab" + "\xff\xff\xff\xff"s);
  Array numbers(Array::Of::kNumber);
  numbers.add(std::int64_t{-2});
  EXPECT_EQ(std::move(numbers).finish(),
            "\0\0\0\1\0\0\0\0\0\0\0\x14\0\0\0\1\0\0\0\1\0\0\0\x8\xff\xff\xff\xff\xff\xff\xff\xfe"s);
}

TEST(ArrayParameter, without_elements_has_no_dimension) {
  EXPECT_EQ(Array(Array::Of::kText).finish(), "\0\0\0\0\0\0\0\0\0\0\0\x19"s);
}

}  // namespace
}  // namespace fermata::store::postgres
