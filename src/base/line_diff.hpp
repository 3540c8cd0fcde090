#pragma once

// What changes from one text to another, line by line, for people to read and agree to.

#include <string>
#include <string_view>
#include <vector>

namespace fermata {

// "- " and "+ " before lines that go and come, "  " before the two lines on each side of them that
// stay, "..." where others are left out. A line that is moved goes and comes. Empty: the same
// lines. By the longest common subsequence; where the texts are too different for that to be cheap,
// all that lies between their common beginning and end goes and comes.
std::vector<std::string> line_diff(std::string_view before, std::string_view after);

}  // namespace fermata
