#pragma once

// Aligned columns. Pure.

#include <string>
#include <vector>

#include "app/cli/text.hpp"

namespace fermata::app::cli {

struct Cell {
  Cell(std::string text_in, Colour colour_in = Colour::kNone)
      : text(std::move(text_in)), colour(colour_in) {}
  std::string text;  // visible()
  Colour colour;
};

class Table {
 public:
  // On a terminal, column `flexible` is cut so that a row fits on one line.
  Table(std::vector<std::string> headers, std::size_t flexible);

  void add(std::vector<Cell> row);
  bool empty() const { return rows_.empty(); }
  std::string render(const Style& style) const;

 private:
  std::vector<std::string> headers_;
  std::size_t flexible_;
  std::vector<std::vector<Cell>> rows_;
};

}  // namespace fermata::app::cli
