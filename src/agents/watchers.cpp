#include "agents/watchers.hpp"

#include <vector>

namespace fermata::agents {
namespace {

std::string name_of(const std::string& tenant, const std::string& workflow) {
  return tenant + '\n' + workflow;
}

}  // namespace

std::shared_ptr<void> Watchers::follow(const std::string& tenant,
                                       const std::string& workflow,
                                       OnText watch) {
  const std::string name = name_of(tenant, workflow);
  const std::lock_guard lock(shared_->mutex);
  const std::uint64_t number = ++shared_->next;
  shared_->by_workflow[name][number] = std::make_shared<OnText>(std::move(watch));
  return {nullptr, [shared = shared_, name, number](void*) {
            const std::lock_guard lock_again(shared->mutex);
            const auto found = shared->by_workflow.find(name);
            if (found == shared->by_workflow.end()) return;
            found->second.erase(number);
            if (found->second.empty()) shared->by_workflow.erase(found);
          }};
}

void Watchers::tell(const std::string& tenant,
                    const std::string& workflow,
                    const std::string& key,
                    std::string_view text) {
  std::vector<std::shared_ptr<OnText>> watching;
  {
    const std::lock_guard lock(shared_->mutex);
    const auto found = shared_->by_workflow.find(name_of(tenant, workflow));
    if (found == shared_->by_workflow.end()) return;
    for (const auto& [number, watch] : found->second) watching.push_back(watch);
  }
  for (const auto& watch : watching) (*watch)(key, text);
}

}  // namespace fermata::agents
