#include "app/cli/table.hpp"

#include <algorithm>
#include <utility>

namespace fermata::app::cli {
namespace {
constexpr std::size_t kGap = 2;
constexpr std::size_t kLeastFlexible = 12;
}  // namespace

Table::Table(std::vector<std::string> headers, std::size_t flexible)
    : headers_(std::move(headers)), flexible_(flexible) {}

void Table::add(std::vector<Cell> row) { rows_.push_back(std::move(row)); }

std::string Table::render(const Style& style) const {
  std::vector<std::size_t> widths;
  for (const std::string& header : headers_) widths.push_back(display_width(header));
  for (const auto& row : rows_) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      widths[i] = std::max(widths[i], display_width(row[i].text));
    }
  }
  std::size_t total = kGap * (widths.size() - 1);
  for (const std::size_t width : widths) total += width;
  if (style.width != 0 && total > style.width) {
    const std::size_t excess = total - style.width;
    std::size_t& width = widths[flexible_];
    width = std::max(width > excess ? width - excess : 0, std::min(width, kLeastFlexible));
  }

  std::string out;
  const auto line = [&](const std::vector<Cell>& row) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      const std::string text = shorten(row[i].text, widths[i]);
      out += paint(style, row[i].colour, text);
      if (i + 1 == row.size()) break;
      out += std::string(widths[i] - display_width(text) + kGap, ' ');
    }
    out += "\n";
  };
  std::vector<Cell> head;
  for (const std::string& header : headers_) head.emplace_back(header, Colour::kDim);
  line(head);
  for (const auto& row : rows_) line(row);
  return out;
}

}  // namespace fermata::app::cli
