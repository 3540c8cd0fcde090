#include "app/config.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

namespace fermata::app {
namespace {

Result<Config> read(std::string_view yaml,
                    const Overrides& environment = {},
                    const Overrides& flags = {}) {
  return read_config(yaml, "/etc/fermata/fermata.yaml", environment, flags);
}

std::string errors(std::string_view yaml) {
  const auto config = read(yaml);
  return config ? "" : config.error().message;
}

TEST(Config, an_empty_file_is_the_default) {
  const auto config = read("");
  ASSERT_TRUE(config);
  EXPECT_EQ(config->listen_host, "127.0.0.1");
  EXPECT_EQ(config->listen_port, 7654);
  EXPECT_EQ(config->tenants.size(), 1U);
  EXPECT_EQ(config->tenants[0].name, "default");
  EXPECT_EQ(config->limits.body_bytes, 1 << 20);
}

TEST(Config, the_file_sets_scalars_lists_and_sections) {
  const auto config = read(
      "listen: {host: 0.0.0.0, port: 80}\n"
      "tenant: acme\n"
      "cors: {origins: [https://a.example, 'https://b.example']}\n"
      "limits: {batch: 64}\n");
  ASSERT_TRUE(config) << config.error().message;
  EXPECT_EQ(config->listen_host, "0.0.0.0");
  EXPECT_EQ(config->listen_port, 80);
  EXPECT_EQ(config->tenants[0].name, "acme");
  EXPECT_EQ(config->cors_origins.size(), 2U);
  EXPECT_EQ(config->limits.batch, 64);
}

TEST(Config, flags_win_over_the_environment_and_that_over_the_file) {
  const std::string yaml = "listen: {port: 1, host: file}\nstore: {url: 'sqlite:a.db'}\n";
  const auto config = read(
      yaml, {{"listen.port", "2"}, {"store.url", "sqlite:/b.db"}}, {{"store.url", "sqlite:/c.db"}});
  ASSERT_TRUE(config);
  EXPECT_EQ(config->listen_host, "file");
  EXPECT_EQ(config->listen_port, 2);
  EXPECT_EQ(config->store_url, "sqlite:/c.db");
}

TEST(Config, paths_of_the_file_are_relative_to_it_and_others_are_not) {
  const auto config = read(
      "store: {url: 'sqlite:data/f.db'}\n"
      "policy: {file: policy.yaml}\n"
      "tenants: [{name: b, policy: {file: ../b.yaml}}]\n",
      {},
      {{"signing.key_file", "here.key"}});
  ASSERT_TRUE(config) << config.error().message;
  EXPECT_EQ(config->store_url, "sqlite:/etc/fermata/data/f.db");
  EXPECT_EQ(config->tenants[0].policy_file, "/etc/fermata/policy.yaml");
  EXPECT_EQ(config->tenants[1].policy_file, "/etc/b.yaml");
  EXPECT_EQ(config->signing_key_file, "here.key");
}

TEST(Config, refuses_unknown_keys_with_line_and_column) {
  EXPECT_EQ(errors("listen:\n  prot: 80\n"),
            "/etc/fermata/fermata.yaml:2:3: unknown key 'prot'; known here: host, port, threads");
  EXPECT_NE(errors("limitz: {}\n").find(":1:1: unknown key 'limitz'"), std::string::npos);
  EXPECT_NE(errors("bootstrap:\n  people:\n  - {id: ada, nick: a}\n").find(":3:15: unknown key"),
            std::string::npos);
}

TEST(Config, names_every_error_and_not_only_the_first) {
  const std::string all = errors("listen: {port: 99999}\nlimits: {batch: many}\nfoo: 1\n");
  EXPECT_EQ(std::count(all.begin(), all.end(), '\n'), 2);
  EXPECT_NE(all.find(":1:16: listen.port: must be a whole number from 0 to 65535"),
            std::string::npos)
      << all;
}

TEST(Config, every_error_has_its_place_and_none_hides_another) {
  EXPECT_EQ(
      errors("log: {level: loud}\n"
             "env: prod\n"
             "cors:\n"
             "  origins: [https://a.example, '*']\n"
             "limits:\n"
             "  wait_s: 200\n"
             "  batch: 0\n"
             "tenants:\n"
             "  - {name: default}\n"),
      "/etc/fermata/fermata.yaml:7:10: limits.batch: must be a whole number from 1 to 100000\n"
      "/etc/fermata/fermata.yaml:2:6: env: must be one of live test, not 'prod'\n"
      "/etc/fermata/fermata.yaml:1:14: log.level: must be one of debug info warn error off, "
      "not 'loud'\n"
      "/etc/fermata/fermata.yaml:6:11: limits.handle_timeout_ms: must exceed limits.wait_s\n"
      "/etc/fermata/fermata.yaml:9:5: tenants: 'default' is there twice\n"
      "/etc/fermata/fermata.yaml:4:32: cors.origins: '*' is no origin such as "
      "https://example.com");
}

TEST(Config, an_error_of_a_variable_or_a_flag_says_so) {
  const auto config = read("env: test\nlog: {level: info}\n",
                           {{"log.level", "loud"}, {"cors.origins", "https://a.example,b"}},
                           {{"env", "prod"}});
  ASSERT_FALSE(config);
  EXPECT_EQ(config.error().message,
            "flag: env: must be one of live test, not 'prod'\n"
            "environment: log.level: must be one of debug info warn error off, not 'loud'\n"
            "environment: cors.origins: 'b' is no origin such as https://example.com");
}

TEST(Config, refuses_what_yaml_would_let_pass) {
  EXPECT_NE(errors("env: live\nenv: test\n").find(":2:1: 'env' is there twice"), std::string::npos);
  EXPECT_NE(errors("- a\n").find("must be a mapping"), std::string::npos);
  EXPECT_NE(errors("listen: [\n").find("fermata.yaml:2:"), std::string::npos);
  EXPECT_NE(errors("listen: {port: [1]}\n").find("must be a single value"), std::string::npos);
  EXPECT_NE(errors("limits: {batch: 0}\n"), "");
  EXPECT_NE(errors("limits: {batch: 1.5}\n"), "");
  EXPECT_NE(errors("env: prod\n"), "");
  EXPECT_NE(errors("cors: {origins: ['*']}\n"), "");
  EXPECT_NE(errors("limits: {wait_s: 200}\n"), "") << "answers would be cut off";
  EXPECT_NE(errors("tenants: [{name: default}]\n").find("twice"), std::string::npos);
}

Result<Config> read_toml(std::string_view toml) {
  return read_config(toml, "/etc/fermata/fermata.toml", {}, {});
}

std::string toml_errors(std::string_view toml) {
  const auto config = read_toml(toml);
  return config ? "" : config.error().message;
}

TEST(Config, toml_says_the_same_as_yaml) {
  const auto config = read_toml(
      "tenant = 'acme'\n"
      "store.url = 'sqlite:data/f.db'\n"
      "cors.origins = ['https://a.example']\n"
      "[listen]\n"
      "host = \"0.0.0.0\"\n"
      "port = 80\n"
      "[log]\n"
      "access = false\n"
      "[bootstrap]\n"
      "people = [{id = 'ada', name = 'Ada', identities = {slack = 'U1'}}]\n"
      "[[bootstrap.groups]]\n"
      "id = 'finance'\n"
      "members = ['ada']\n"
      "[[bootstrap.keys]]\n"
      "kind = 'person'\n"
      "person = 'ada'\n"
      "[[tenants]]\n"
      "name = 'b'\n"
      "policy.file = '../b.yaml'\n");
  ASSERT_TRUE(config) << config.error().message;
  EXPECT_EQ(config->listen_host, "0.0.0.0");
  EXPECT_EQ(config->listen_port, 80);
  EXPECT_FALSE(config->log_access);
  EXPECT_EQ(config->store_url, "sqlite:/etc/fermata/data/f.db");
  EXPECT_EQ(config->cors_origins, std::vector<std::string>{"https://a.example"});
  EXPECT_EQ(config->tenants[0].name, "acme");
  EXPECT_EQ(config->tenants[0].bootstrap.people[0].identities.at("slack"), "U1");
  EXPECT_EQ(config->tenants[0].bootstrap.groups[0].members, std::set<std::string>{"ada"});
  EXPECT_EQ(config->tenants[0].bootstrap.keys[0].owner, "ada");
  EXPECT_EQ(config->tenants[1].policy_file, "/etc/b.yaml");
  EXPECT_TRUE(read_toml(""));
}

TEST(Config, toml_is_read_as_strictly_as_yaml) {
  EXPECT_EQ(toml_errors("[listen]\nprot = 80\nport = '80'\n[limits]\nbatch = 1.5\n"
                        "wait_s = 0\n[log]\naccess = 'true'\nlevel = 3\n"),
            "/etc/fermata/fermata.toml:2:1: unknown key 'prot'; known here: host, port, threads\n"
            "/etc/fermata/fermata.toml:3:8: listen.port: must be a whole number, without quotes\n"
            "/etc/fermata/fermata.toml:5:9: limits.batch: must be a whole number, without quotes\n"
            "/etc/fermata/fermata.toml:6:10: limits.wait_s: must be a whole number from 1 to 3600\n"
            "/etc/fermata/fermata.toml:8:10: log.access: must be true or false, without quotes\n"
            "/etc/fermata/fermata.toml:9:9: log.level: must be text, in quotes");
  EXPECT_NE(toml_errors("env = 'live'\nenv = 'test'\n").find("fermata.toml:2:"), std::string::npos);
  EXPECT_NE(toml_errors("listen = [\n").find("fermata.toml:"), std::string::npos);
  EXPECT_NE(toml_errors("listen = 3\n").find(":1:10: listen must be a mapping"), std::string::npos);
  EXPECT_NE(toml_errors("[signing]\nkey = 'abc'\n").find("FERMATA_SIGNING_KEY"), std::string::npos);
  EXPECT_NE(toml_errors("[[bootstrap.people]]\nid = 7\n").find(":2:6: id must be text"),
            std::string::npos);
  EXPECT_NE(toml_errors("tenant = 1979-05-27\n").find(":1:10: tenant: must be text"),
            std::string::npos);
}

TEST(Config, a_signing_key_does_not_belong_in_the_file) {
  EXPECT_NE(errors("signing: {key: abc}\n").find("FERMATA_SIGNING_KEY"), std::string::npos);
  const auto config = read("", {{"signing.key", "abc"}});
  ASSERT_TRUE(config);
  EXPECT_EQ(config->signing_key, "abc");
}

TEST(Config, reads_what_an_empty_directory_begins_with) {
  const auto config = read(
      "bootstrap:\n"
      "  keys:\n"
      "  - {kind: agent, agent: bot, on_behalf_of: ada, label: the bot}\n"
      "  - {kind: person, person: ada}\n"
      "  - {kind: admin}\n"
      "  people: [{id: ada, name: Ada, email: ada@example.com, identities: {slack: U1}}]\n"
      "  groups: [{id: finance, members: [ada]}]\n");
  ASSERT_TRUE(config) << config.error().message;
  const Bootstrap& bootstrap = config->tenants[0].bootstrap;
  ASSERT_EQ(bootstrap.keys.size(), 3U);
  EXPECT_EQ(bootstrap.keys[0].owner, "bot");
  EXPECT_EQ(bootstrap.keys[0].on_behalf_of, "ada");
  EXPECT_EQ(bootstrap.keys[1].owner, "ada");
  EXPECT_EQ(bootstrap.keys[2].owner, "admin");
  EXPECT_EQ(bootstrap.people[0].identities.at("slack"), "U1");
  EXPECT_EQ(bootstrap.groups[0].name, "finance");
}

TEST(Config, a_bootstrap_names_only_people_it_has) {
  EXPECT_NE(errors("bootstrap: {groups: [{id: g, members: [eve]}]}\n").find("'eve' is not among"),
            std::string::npos);
  EXPECT_NE(errors("bootstrap: {keys: [{kind: agent}]}\n").find("names its agent"),
            std::string::npos);
  EXPECT_NE(errors("bootstrap: {keys: [{kind: root}]}\n").find("kind must be"), std::string::npos);
  EXPECT_NE(errors("bootstrap: {keys: [{kind: admin, label: Two Words}]}\n"), "");
  EXPECT_NE(errors("bootstrap: {people: [{id: Ada}]}\n"), "");
}

TEST(Config, every_setting_has_a_variable_and_is_documented) {
  Config config;
  std::ifstream file(FERMATA_SOURCE_DIR "/docs/operations/configuration.md");
  std::ostringstream page;
  page << file.rdbuf();
  for (const Setting& setting : settings(config)) {
    EXPECT_NE(page.str().find("`" + setting.key + "`"), std::string::npos) << setting.key;
    EXPECT_NE(page.str().find(setting.help), std::string::npos) << setting.key;
  }
  EXPECT_EQ(environment_name("limits.body_bytes"), "FERMATA_LIMITS_BODY_BYTES");
}

TEST(Config, finds_misspelt_variables) {
  ::setenv("FERMATA_STORE_URI", "x", 1);
  ::setenv("FERMATA_STORE_URL", "sqlite:x.db", 1);
  EXPECT_EQ(unknown_variables(), std::vector<std::string>{"FERMATA_STORE_URI"});
  ::unsetenv("FERMATA_STORE_URI");
  ::unsetenv("FERMATA_STORE_URL");
}

TEST(Config, a_printed_url_has_no_password) {
  EXPECT_EQ(printable_url("postgresql://ada:secret@db:5432/f"), "postgresql://ada:***@db:5432/f");
  EXPECT_EQ(printable_url("postgresql://ada@db/f"), "postgresql://ada@db/f");
  EXPECT_EQ(printable_url("postgresql://h/f?user=ada&password=secret"), "postgresql://h/f?***");
  EXPECT_EQ(printable_url("postgresql://ada:se@cret@db/f"), "postgresql://ada:***@db/f");
  EXPECT_EQ(printable_url("postgresql:///f?host=/run/x&password=a@b"), "postgresql:///f?***");
  EXPECT_EQ(printable_url("sqlite:/x.db"), "sqlite:/x.db");
}

TEST(Config, a_url_that_could_be_read_in_two_ways_is_refused) {
  EXPECT_NE(errors("store: {url: 'postgresql://ada:se@cret@db/f'}\n").find("%40"),
            std::string::npos);
}

}  // namespace
}  // namespace fermata::app
