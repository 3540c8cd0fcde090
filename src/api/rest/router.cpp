#include "api/rest/router.hpp"

#include <algorithm>
#include <array>

#include "api/rest/shape.hpp"

namespace fermata::api {
namespace {

std::vector<std::string_view> split(std::string_view path) {
  std::vector<std::string_view> segments;
  path.remove_prefix(std::min<std::size_t>(1, path.size()));
  for (;;) {
    const std::size_t end = path.find('/');
    segments.push_back(path.substr(0, end));
    if (end == std::string_view::npos) return segments;
    path.remove_prefix(end + 1);
  }
}

bool is_param(std::string_view segment) { return !segment.empty() && segment.front() == '{'; }

std::string_view name_of(std::string_view segment) { return segment.substr(1, segment.size() - 2); }

bool fits(const std::vector<std::string_view>& pattern,
          const std::vector<std::string_view>& segments) {
  if (pattern.size() != segments.size()) return false;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (is_param(pattern[i]) ? segments[i].empty() : pattern[i] != segments[i]) return false;
  }
  return true;
}

struct ParamKind {
  std::string_view name;
  bool (*fits)(std::string_view);
  std::string_view reason;
};

constexpr std::array<ParamKind, 13> kParams{{
    {"workflow_id", is_workflow_id, "workflow.not_found"},
    {"approval_id", is_approval_id, "approval.not_found"},
    {"inbound_id", is_inbound_id, "inbound.not_found"},
    {"call_id", is_call_id, "call.not_found"},
    {"lease_id", is_tool_lease_id, "tools.lease_lost"},
    {"checkpoint_id", is_checkpoint_id, "checkpoint.not_found"},
    {"turn", is_turn, "turn.not_found"},
    {"person_id", is_name, "person.not_found"},
    {"group_id", is_name, "group.not_found"},
    {"key_id", is_key_id, "key.not_found"},
    {"freeze_id", is_freeze_id, "freeze.not_found"},
    {"permission_id", is_permission_id, "permission.not_found"},
    {"policy_version", is_turn, "policy.not_found"},
}};

}  // namespace

bool allows(Kinds kinds, ActorKind kind) {
  switch (kind) {
    case ActorKind::kAgent:
      return (kinds & kAgent) != 0;
    case ActorKind::kPerson:
      return (kinds & kPerson) != 0;
    case ActorKind::kAdmin:
      return (kinds & kAdmin) != 0;
    case ActorKind::kReadOnly:
      return (kinds & kReader) != 0;
    case ActorKind::kSystem:
      break;
  }
  return false;  // The system has no key.
}

Router::Router(std::vector<Route> routes) : routes_(std::move(routes)) {
  for (const Route& route : routes_) patterns_.push_back({split(route.path)});
}

Router::Match Router::match(std::string_view method, std::string_view path) const {
  const std::string_view wanted = method == "HEAD" ? "GET" : method;
  const std::vector<std::string_view> segments = split(path);
  Match found;
  for (std::size_t i = 0; i < routes_.size(); ++i) {
    if (!fits(patterns_[i].segments, segments)) continue;
    const Route& route = routes_[i];
    found.allow += std::string(route.method) + (route.method == "GET" ? ", HEAD, " : ", ");
    if (route.method != wanted) continue;
    found.route = &route;
    for (std::size_t j = 0; j < segments.size(); ++j)
      if (is_param(patterns_[i].segments[j]))
        found.params.emplace_back(name_of(patterns_[i].segments[j]), segments[j]);
  }
  if (!found.allow.empty()) found.allow += "OPTIONS";
  return found;
}

Result<void> check_param(std::string_view name, std::string_view value) {
  for (const ParamKind& kind : kParams)
    if (kind.name == name && !kind.fits(value))
      return fail(ErrorCode::kNotFound, std::string(kind.reason), "there cannot be such an id");
  return {};
}

}  // namespace fermata::api
