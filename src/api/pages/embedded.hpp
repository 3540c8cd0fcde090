#pragma once

// What tools/embed_pages.py generates; only pages.cpp includes it.

#include <span>

#include "api/pages/pages.hpp"

namespace fermata::api {

struct ErrorTitle {
  std::string_view reason;
  std::string_view title;
};

std::span<const PageFile> embedded_pages();
std::span<const ErrorTitle> embedded_titles();

}  // namespace fermata::api
