#include "app/signing_key.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace fermata::app {
namespace {

namespace fs = std::filesystem;

class SigningKey : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = testing::TempDir() + "fermata-key-XXXXXX";
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    folder_ = name;
    config_.store_url = "sqlite:" + (folder_ / "fermata.db").string();
  }
  void TearDown() override { fs::remove_all(folder_); }

  fs::path folder_;
  Config config_;
  SystemRandom random_;
};

TEST_F(SigningKey, is_made_beside_the_database_for_its_owner_alone) {
  const auto made = signing_seed(config_, random_);
  ASSERT_TRUE(made) << made.error().message;
  EXPECT_EQ(made->size(), 32U);
  struct stat status {};
  ASSERT_EQ(::stat((folder_ / "fermata.key").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0600U);
  EXPECT_EQ(std::distance(fs::directory_iterator(folder_), {}), 1) << "no draft is left";
  EXPECT_EQ(*signing_seed(config_, random_), *made);
}

TEST_F(SigningKey, is_never_made_for_postgresql) {
  config_.store_url = "postgresql://localhost/f";
  auto seed = signing_seed(config_, random_);
  ASSERT_FALSE(seed);
  EXPECT_EQ(seed.error().reason, "signing.missing");
  config_.signing_key_file = (folder_ / "missing.key").string();
  seed = signing_seed(config_, random_);
  ASSERT_FALSE(seed);
  EXPECT_EQ(seed.error().reason, "signing.missing");
  EXPECT_FALSE(fs::exists(config_.signing_key_file));
}

TEST_F(SigningKey, of_the_environment_wins) {
  config_.signing_key = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
  const auto seed = signing_seed(config_, random_);
  ASSERT_TRUE(seed);
  EXPECT_EQ(*seed, std::string(32, '\0'));
  EXPECT_TRUE(fs::is_empty(folder_));
}

TEST_F(SigningKey, that_is_no_key_or_no_secret_is_refused) {
  config_.signing_key = "short";
  EXPECT_EQ(signing_seed(config_, random_).error().reason, "signing.bad_key");
  config_.signing_key.clear();
  ASSERT_TRUE(signing_seed(config_, random_));
  ::chmod((folder_ / "fermata.key").c_str(), 0644);
  EXPECT_EQ(signing_seed(config_, random_).error().reason, "signing.bad_key");
}

}  // namespace
}  // namespace fermata::app
