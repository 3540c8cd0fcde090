#include "store/open.hpp"

#include <gtest/gtest.h>

namespace fermata::store {
namespace {

std::string reason_of(const std::string& url) {
  const Result<std::unique_ptr<Store>> opened = open(url, {});
  if (opened) return "";
  EXPECT_EQ(opened.error().message.find("secret"), std::string::npos);
  EXPECT_EQ(opened.error().detail.find("secret"), std::string::npos);
  return opened.error().reason;
}

TEST(OpenStore, chooses_the_adapter_by_the_url) {
  EXPECT_EQ(reason_of("memory:"), "");
  EXPECT_EQ(reason_of("postgresql://nobody:secret@127.0.0.1:1/x"), "store.unavailable");
  EXPECT_EQ(reason_of("sqlite:/no/such/directory/fermata.db"), "store.bad_url");
}

TEST(OpenStore, refuses_other_urls_without_repeating_them) {
  for (const char* url : {"",
                          "sqlite:",
                          "sqlite::memory:",
                          "fermata.db",
                          "mysql://u:secret@h/d",
                          "postgresql://u:secret%zz@h/d",
                          "postgresql://u:secret@h/d?nothing=1"}) {
    EXPECT_EQ(reason_of(url), "store.bad_url") << url;
  }
}

}  // namespace
}  // namespace fermata::store
