#include "api/pages/pages.hpp"

#include <algorithm>

#include "api/pages/embedded.hpp"

namespace fermata::api {

// Both lists are sorted by their first field: the generator does it.
const PageFile* find_page(std::string_view path) {
  const auto pages = embedded_pages();
  const auto found = std::lower_bound(
      pages.begin(), pages.end(), path, [](const PageFile& page, std::string_view wanted) {
        return page.path < wanted;
      });
  return found != pages.end() && found->path == path ? &*found : nullptr;
}

std::vector<std::string_view> page_paths() {
  std::vector<std::string_view> paths;
  for (const PageFile& page : embedded_pages()) paths.push_back(page.path);
  return paths;
}

std::string_view error_title(std::string_view reason) {
  const auto titles = embedded_titles();
  const auto found = std::lower_bound(
      titles.begin(), titles.end(), reason, [](const ErrorTitle& title, std::string_view wanted) {
        return title.reason < wanted;
      });
  return found != titles.end() && found->reason == reason ? found->title : std::string_view{};
}

}  // namespace fermata::api
