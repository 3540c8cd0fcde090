#include "app/bootstrap.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <utility>

#include "codec/policy_codec.hpp"
#include "observability/log.hpp"

namespace fermata::app {
namespace {

Result<void> make_key(engine::Engine& engine,
                      const Tenant& tenant,
                      const BootstrapKey& wish,
                      bool name_tenant,
                      std::ostream& out) {
  engine::Engine::Minted minted = engine.mint_key(wish.kind, wish.owner);
  minted.record.on_behalf_of = wish.on_behalf_of;
  minted.record.label = wish.label;
  FERMATA_CHECK_OK(apply(engine, tenant.name, command::CreateKey{minted.record}));
  out << "key " << to_string(wish.kind) << " " << wish.owner << " " << minted.plain;
  if (name_tenant) out << " " << tenant.name;
  out << std::endl;
  return {};
}

// A file that has not changed since it was published does not undo what people agreed to after it.
bool is_known(const Directory& directory, const std::string& hash) {
  const auto& policies = directory.policies;
  const auto from_file =
      std::find_if(policies.rbegin(), policies.rend(), [](const PolicyVersion& version) {
        return version.approval.empty();
      });
  if (from_file == policies.rend()) return false;
  if (from_file->hash == hash && from_file != policies.rbegin())
    observability::log(observability::Level::kWarn,
                       "policy.file_superseded",
                       {{"file", hash}, {"in_force", policies.back().hash}});
  return from_file->hash == hash || policies.back().hash == hash;
}

}  // namespace

engine::Identity config_identity(const std::string& tenant) {
  return {.tenant = tenant,
          .actor = Actor{ActorKind::kSystem, "config"},
          .on_behalf_of = {},
          .key_id = {}};
}

Result<engine::Reply> apply(engine::Engine& engine,
                            const std::string& tenant,
                            command::Command command) {
  engine::Submission submission;
  submission.caller = config_identity(tenant);
  submission.stream = "directory";
  submission.command = std::move(command);
  submission.door = Door::kSystem;
  return engine.submit_and_wait(std::move(submission));
}

Result<void> bootstrap(engine::Engine& engine,
                       const Tenant& tenant,
                       bool name_tenant,
                       std::ostream& out) {
  const std::shared_ptr<const Directory> found = engine.directory(tenant.name);
  if (found == nullptr) {
    return fail(ErrorCode::kInternal, "tenant.unknown", "no directory of " + tenant.name);
  }
  const auto& keys = found->keys;
  const bool done = std::any_of(
      keys.begin(), keys.end(), [](const auto& k) { return k.second.kind == ActorKind::kAdmin; });
  if (done) return {};
  for (const auto& [id, key] : keys) {
    if (key.revoked_at) continue;
    observability::log(observability::Level::kWarn,
                       "bootstrap.repeated",
                       {{"tenant", tenant.name}, {"revoked_key", id}});
    FERMATA_CHECK_OK(apply(engine, tenant.name, command::RevokeKey{id}));
  }
  for (const Person& person : tenant.bootstrap.people) {
    FERMATA_CHECK_OK(apply(engine, tenant.name, command::SetPerson{person}));
  }
  for (const Group& group : tenant.bootstrap.groups) {
    FERMATA_CHECK_OK(apply(engine, tenant.name, command::SetGroup{group}));
  }
  std::vector<BootstrapKey> wishes = tenant.bootstrap.keys;
  const auto admin = std::stable_partition(
      wishes.begin(), wishes.end(), [](const auto& k) { return k.kind != ActorKind::kAdmin; });
  if (admin == wishes.end()) wishes.push_back({ActorKind::kAdmin, "admin", {}, "admin"});
  for (const BootstrapKey& wish : wishes) {
    FERMATA_CHECK_OK(make_key(engine, tenant, wish, name_tenant, out));
  }
  return {};
}

Result<void> refuse_folder(const std::string& path) {
  std::error_code ignored;
  if (!std::filesystem::is_directory(path, ignored)) return {};
  return fail(ErrorCode::kInvalid, "policy.unreadable", path + ": is a folder, not a file");
}

Result<PolicyFile> read_policy_file(const std::string& path) {
  FERMATA_CHECK_OK(refuse_folder(path));
  const std::ifstream file(path);
  if (!file) return fail(ErrorCode::kInvalid, "policy.unreadable", path + ": cannot be read");
  std::ostringstream text;
  text << file.rdbuf();
  const codec::ParsedPolicy parsed = codec::parse_policy(text.str());
  if (!parsed.errors.empty()) {
    std::string lines = codec::to_string(parsed.errors, path);
    while (!lines.empty() && lines.back() == '\n') lines.pop_back();
    return fail(ErrorCode::kInvalid, "policy.invalid", lines);
  }
  return PolicyFile{text.str(), parsed.policy.hash};
}

Result<bool> publish(engine::Engine& engine, const std::string& tenant, const PolicyFile& policy) {
  const std::shared_ptr<const Directory> directory = engine.directory(tenant);
  if (directory != nullptr && is_known(*directory, policy.hash)) return false;
  FERMATA_CHECK_OK(apply(engine, tenant, command::PublishPolicy{policy.source, policy.hash}));
  return true;
}

}  // namespace fermata::app
