// tests/golden/: one file per type of event and version ever released, and the chain over them.
//
// Files are only added (tools/check_golden.py). After an event got a new version, with its Lift and
// its sample, run
//
//     FERMATA_ADD_GOLDEN=1 codec_tests --gtest_filter='Golden.*'
//
// which writes what is missing and changes nothing that is there.

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "codec/event_codec.hpp"
#include "codec/upcast.hpp"
#include "tests/support/event_samples.hpp"
#include "tests/support/random_event.hpp"

namespace fermata::codec {
namespace {

const std::filesystem::path kFolder = FERMATA_GOLDEN;

std::string content_of(const std::filesystem::path& path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  std::string content = text.str();
  if (content.ends_with('\n')) content.pop_back();
  return content;
}

std::string file_of(const std::string& type) {
  return type + ".v" + std::to_string(current_version(type, all_lifts())) + ".json";
}

// The golden files are no stream; their chain starts from this.
const std::string kStart(64, '0');

struct Link {
  std::string file;
  std::string hash;
};

// chain.json: in order of being added, each file with the chain's hash after it.
std::vector<Link> recorded_chain() {
  std::vector<Link> links;
  const auto parsed = json::parse(content_of(kFolder / "chain.json"));
  if (!parsed || parsed->as_array() == nullptr) return links;
  for (const json::Value& link : *parsed->as_array())
    links.push_back({link.string_or("file"), link.string_or("hash")});
  return links;
}

void add_missing() {
  json::Array chain;
  std::string hash = kStart;
  for (const Link& link : recorded_chain()) {
    chain.push_back(json::Object{{"file", link.file}, {"hash", link.hash}});
    hash = link.hash;
  }
  for (const event::Recorded& sample : testing::event_samples()) {
    const std::string file = file_of(type_of(sample.payload));
    if (std::filesystem::exists(kFolder / "events" / file)) continue;
    const std::string body = encode(sample);
    std::ofstream(kFolder / "events" / file, std::ios::binary) << body << '\n';
    hash = chain_hash(hash, body);
    chain.push_back(json::Object{{"file", file}, {"hash", hash}});
  }
  std::ofstream(kFolder / "chain.json", std::ios::binary) << json::pretty(chain) << '\n';
}

class Golden : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    if (std::getenv("FERMATA_ADD_GOLDEN") != nullptr)
      add_missing();  // NOLINT(concurrency-mt-unsafe)
  }
};

TEST_F(Golden, every_type_has_a_sample) {
  std::set<std::string> sampled;
  for (const event::Recorded& sample : testing::event_samples())
    EXPECT_TRUE(sampled.insert(type_of(sample.payload)).second);
  const std::vector<std::string> types = testing::all_event_types();
  EXPECT_EQ(sampled, std::set<std::string>(types.begin(), types.end()));
}

TEST_F(Golden, samples_are_written_as_they_were) {
  for (const event::Recorded& sample : testing::event_samples()) {
    const std::string file = file_of(type_of(sample.payload));
    EXPECT_EQ(content_of(kFolder / "events" / file), encode(sample)) << file;
  }
}

TEST_F(Golden, every_file_can_be_read) {
  for (const Link& link : recorded_chain()) {
    const std::string body = content_of(kFolder / "events" / link.file);
    const auto decoded = decode(body);
    ASSERT_TRUE(decoded) << link.file << decoded.error().detail;
    const std::string type = type_of(decoded->payload);
    EXPECT_TRUE(link.file.starts_with(type + ".v")) << link.file;
    if (link.file == file_of(type)) {
      EXPECT_EQ(encode(*decoded), body) << link.file;
    }
  }
}

TEST_F(Golden, chain_is_as_recorded) {
  std::string hash = kStart;
  for (const Link& link : recorded_chain()) {
    hash = chain_hash(hash, content_of(kFolder / "events" / link.file));
    EXPECT_EQ(hash, link.hash) << link.file;
  }
}

TEST_F(Golden, chain_names_every_file_once) {
  std::set<std::string> linked, present;
  for (const Link& link : recorded_chain()) EXPECT_TRUE(linked.insert(link.file).second);
  for (const auto& entry : std::filesystem::directory_iterator(kFolder / "events"))
    present.insert(entry.path().filename().string());
  EXPECT_EQ(linked, present);
}

}  // namespace
}  // namespace fermata::codec
