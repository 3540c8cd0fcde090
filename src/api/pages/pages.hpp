#pragma once

// The pages that the binary carries: the OpenAPI document, the interactive page and one page per
// error reason. tools/embed_pages.py makes them at build time from schema/openapi.yaml, pages/ and
// docs/errors/, so that a server shows the documentation of its own version, without a network.

#include <string_view>
#include <vector>

namespace fermata::api {

struct PageFile {
  std::string_view path;          // "/docs/page.js"
  std::string_view content_type;  // "text/javascript; charset=utf-8"
  std::string_view etag;          // Quoted; changes with the content.
  std::string_view body;
};

const PageFile* find_page(std::string_view path);  // nullptr when there is none.
std::vector<std::string_view> page_paths();

// The title of docs/errors/<reason>.md, or "" when there is no such page.
std::string_view error_title(std::string_view reason);

}  // namespace fermata::api
