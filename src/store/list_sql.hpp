#pragma once

// The condition of a list: only the filters that are given, so that the database can choose the
// index that fits. The parameters are numbered in the order in which they are given.

#include <string>
#include <variant>
#include <vector>

#include "store/store.hpp"

namespace fermata::store {

using ListParameter = std::variant<std::int64_t, std::string>;

struct ListSql {
  std::string text;  // "SELECT id, parent, ... FROM ... LIMIT $9"
  std::vector<ListParameter> parameters;
};

// SELECT count(*) of that list.
ListSql count_sql(const RowQuery& query, const char* mark, const char* position_of);

// `mark` starts a parameter ("?" or "$"), `position_of` names the function that tells where one
// text lies within another (instr or strpos).
ListSql list_sql(const RowQuery& query, const char* mark, const char* position_of);

}  // namespace fermata::store
