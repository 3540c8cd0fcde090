#include "api/rest/request_views.hpp"

#include <algorithm>

#include "codec/policy_codec.hpp"

namespace fermata::api {
namespace {

constexpr std::size_t kMostPolicies = 64;  // Kept as read.
constexpr int kSearched = 50;              // Requests, for the one before.

json::Object object_in(const json::Value& document, std::string_view name) {
  const json::Object* object = document[name].as_object();
  return object == nullptr ? json::Object{} : *object;
}

// Of standalone requests and first ones there is none to look for.
bool may_have_one_before(const json::Value& request) {
  return request.string_or("kind") == "call" && !request.string_or("id").ends_with("_1");
}

}  // namespace

ui::Asked RequestViews::asked_of(const std::string& tenant, const json::Value& request) {
  ui::Asked asked;
  asked.kind = approval_kind_from(request.string_or("kind")).value_or(ApprovalKind::kCall);
  asked.action = request.string_or("action");
  asked.arguments = object_in(request, "arguments");
  asked.asker = request.string_or("agent");
  if (asked.asker.empty()) asked.asker = request["requester"].string_or("id");
  asked.on_behalf_of = request.string_or("on_behalf_of");
  asked.title = title(tenant, request.string_or("policy_hash"), request.string_or("rule"));
  return asked;
}

// What the agent itself asked for in the request before this one for the same action.
std::optional<json::Object> RequestViews::asked_before(const std::string& tenant,
                                                       const json::Value& request) {
  engine::ListFilter filter;
  filter.table = store::Table::kApprovals;
  filter.workflow = request.string_or("workflow_id");
  filter.limit = kSearched;
  const auto page = engine_.list(tenant, filter);
  if (!page) return std::nullopt;
  // The latest first.
  const std::string id = request.string_or("id");
  const auto own = std::find_if(page->items.begin(), page->items.end(), [&](const auto& one) {
    return one.string_or("id") == id;
  });
  if (own == page->items.end()) return std::nullopt;
  const auto before = std::find_if(std::next(own), page->items.end(), [&](const auto& one) {
    const std::string action = one.string_or("original_action", one.string_or("action"));
    return action == request.string_or("action") && one.string_or("kind") == "call";
  });
  if (before == page->items.end()) return std::nullopt;
  const bool edited = !(*before)["original_arguments"].is_null();
  return object_in(*before, edited ? "original_arguments" : "arguments");
}

std::shared_ptr<const RequestViews::Rules> RequestViews::rules_of(const std::string& tenant,
                                                                  const std::string& policy_hash) {
  {
    const std::lock_guard lock(mutex_);
    if (const auto known = by_hash_.find(policy_hash); known != by_hash_.end())
      return known->second;
  }
  const auto directory = engine_.directory(tenant);
  if (directory == nullptr) return nullptr;
  const auto& all = directory->policies;
  const auto version = std::find_if(
      all.rbegin(), all.rend(), [&](const PolicyVersion& one) { return one.hash == policy_hash; });
  if (version == all.rend()) return nullptr;
  auto rules = std::make_shared<const Rules>(codec::parse_policy(version->source).titles);
  const std::lock_guard lock(mutex_);
  if (by_hash_.size() >= kMostPolicies) by_hash_.clear();
  by_hash_.emplace(policy_hash, rules);
  return rules;
}

Title RequestViews::title(const std::string& tenant,
                          const std::string& policy_hash,
                          const std::string& rule) {
  const auto rules = rules_of(tenant, policy_hash);
  if (rules == nullptr) return {};
  const auto found = rules->find(rule);
  return found == rules->end() ? Title{} : found->second;
}

void RequestViews::add(const std::string& tenant, json::Value& request) {
  ui::Asked asked = asked_of(tenant, request);
  asked.headline = request.string_or("title");
  asked.why = request.string_or("why");
  asked.otherwise = request.string_or("otherwise");
  asked.original_action = request.string_or("original_action");
  if (!request["original_arguments"].is_null())
    asked.original = object_in(request, "original_arguments");
  else if (may_have_one_before(request))
    asked.previous = asked_before(tenant, request);
  request.as_object()->set("view", ui::to_document(ui::view_of(asked)));
}

void RequestViews::add_short(const std::string& tenant, json::Value& request) {
  const auto sentence = ui::sentence_of(asked_of(tenant, request));
  request.as_object()->set("view", json::Object{{"sentence", ui::to_document(sentence)}});
}

}  // namespace fermata::api
