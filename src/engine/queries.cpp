// Reads: documents from the read models, and what only the folded state knows.

#include <charconv>
#include <future>

#include "base/hash.hpp"
#include "codec/documents.hpp"
#include "engine/impl.hpp"
#include "store/check.hpp"

namespace fermata::engine {
namespace {

tl::unexpected<Error> absent(const std::string& entity, const std::string& id) {
  return fail(
      ErrorCode::kNotFound, entity + ".not_found", "there is no " + entity + " '" + id + "'");
}

Result<json::Value> find_row(store::Store& store,
                             const std::string& tenant,
                             store::Table table,
                             const std::string& entity,
                             const std::string& id) {
  if (id.empty()) return absent(entity, id);
  store::RowQuery query;
  query.tenant = tenant;
  query.table = table;
  query.id = id;
  query.limit = 1;
  FERMATA_TRY(const std::vector<store::Row> rows, store.list(query));
  if (rows.empty()) return absent(entity, id);
  return json::parse(rows.front().doc, json::kMaxStoredDepth);
}

// A cursor names the last row of its page.
std::string cursor_of(const store::Row& row) {
  return base64url(std::to_string(row.created_at) + ":" + row.id);
}

Result<void> read_cursor(const std::string& cursor, store::RowQuery& query) {
  if (cursor.empty()) return {};
  const auto text = from_base64url(cursor);
  // What is no text never came from here, and a database may refuse even to compare it.
  const bool is_text = text && store::is_text(*text);
  const std::size_t colon = is_text ? text->find(':') : std::string::npos;
  TimeMs created_at = 0;
  if (colon == std::string::npos || colon == 0 ||
      std::from_chars(text->data(), text->data() + colon, created_at).ptr != text->data() + colon)
    return fail(ErrorCode::kInvalid, "request.bad_cursor", "this cursor is not one of ours");
  query.before_created_at = created_at;
  query.before_id = text->substr(colon + 1);
  return {};
}

}  // namespace

// Runs `read` on a workflow's committed state and waits for it.
template <class T>
static Result<T> read_state(Engine::Impl& impl,
                            const std::string& tenant,
                            const std::string& workflow,
                            const std::string& entity,
                            const std::string& id,
                            std::function<Result<T>(const Workflow&)> read) {
  if (!workflow.starts_with("wf_")) return absent(entity, id);
  auto promise = std::make_shared<std::promise<Result<T>>>();
  auto future = promise->get_future();
  impl.query(
      tenant,
      workflow,
      [promise, read = std::move(read), entity, id](const Result<void>& loaded, Stream& stream) {
        if (!loaded)
          promise->set_value(tl::unexpected(loaded.error()));
        else if (!stream.state.workflow.exists())
          promise->set_value(absent(entity, id));
        else
          promise->set_value(read(stream.state.workflow));
      });
  return future.get();
}

Result<json::Value> Engine::workflow(const std::string& tenant, const std::string& id) {
  return find_row(impl_->store_, tenant, store::Table::kWorkflows, "workflow", id);
}

Result<json::Value> Engine::approval(const std::string& tenant, const std::string& id) {
  return find_row(impl_->store_, tenant, store::Table::kApprovals, "approval", id);
}

Result<json::Value> Engine::call(const std::string& tenant, const std::string& id) {
  return read_state<json::Value>(*impl_,
                                 tenant,
                                 workflow_of(id),
                                 "call",
                                 id,
                                 [id](const Workflow& workflow) -> Result<json::Value> {
                                   const Call* call = find_call(workflow, id);
                                   if (call == nullptr) return absent("call", id);
                                   return codec::to_document(*call, workflow);
                                 });
}

Result<std::vector<json::Value>> Engine::checkpoints(const std::string& tenant,
                                                     const std::string& id) {
  return read_state<std::vector<json::Value>>(
      *impl_,
      tenant,
      id,
      "workflow",
      id,
      [](const Workflow& workflow) -> Result<std::vector<json::Value>> {
        std::vector<json::Value> documents;
        for (const Checkpoint& checkpoint : workflow.checkpoints)
          documents.push_back(codec::to_document(checkpoint));
        return documents;
      });
}

Result<json::Value> Engine::preview_rollback(const Identity& caller,
                                             const std::string& id,
                                             const std::string& checkpoint) {
  const Tenants::View view = impl_->tenants_.view(caller.tenant);
  Context context;
  context.tenant = caller.tenant;
  context.stream = id;
  context.now = impl_->now();
  context.actor = caller.actor;
  context.directory = view.directory.get();
  context.policy = view.policy.get();
  context.limits = impl_->options_.limits;
  return read_state<json::Value>(
      *impl_,
      caller.tenant,
      id,
      "workflow",
      id,
      [&context, checkpoint](const Workflow& workflow) -> Result<json::Value> {
        FERMATA_TRY(const RollbackPlan plan, plan_rollback(workflow, checkpoint, context));
        return codec::to_document(plan, workflow);
      });
}

Result<Page> Engine::journal(const std::string& tenant,
                             const std::string& id,
                             std::int64_t after,
                             int limit) {
  return read_state<Page>(
      *impl_, tenant, id, "workflow", id, [after, limit](const Workflow& workflow) -> Result<Page> {
        Page page;
        auto index = static_cast<std::size_t>(std::max<std::int64_t>(0, after));
        for (; index < workflow.calls.size(); ++index) {
          if (!workflow.calls[index].live) continue;
          if (page.items.size() == static_cast<std::size_t>(limit)) {
            page.next = std::to_string(index);
            break;
          }
          page.items.push_back(codec::to_document(workflow.calls[index], workflow));
        }
        return page;
      });
}

Result<Page> Engine::events(const std::string& tenant,
                            const std::string& stream,
                            std::int64_t after,
                            int limit) {
  if (stream != "directory" && !stream.starts_with("wf_")) return absent("workflow", stream);
  FERMATA_TRY(const std::vector<store::EventRow> rows,
              impl_->store_.read({tenant, stream}, after, limit + 1));
  if (rows.empty() && after == 0) return absent("workflow", stream);
  Page page;
  for (const store::EventRow& row : rows) {
    if (page.items.size() == static_cast<std::size_t>(limit)) {
      page.next = std::to_string(row.version - 1);
      break;
    }
    FERMATA_TRY(json::Value document, codec::event_document(row.body, row.prev_hash, row.hash));
    page.items.push_back(std::move(document));
  }
  return page;
}

Result<Page> Engine::list(const std::string& tenant, const ListFilter& filter) {
  store::RowQuery query;
  query.tenant = tenant;
  query.table = filter.table;
  query.parent = filter.workflow;
  query.status = filter.status;
  query.agent = filter.agent;
  query.any_label = filter.any_label;
  query.limit = filter.limit + 1;
  FERMATA_CHECK_OK(read_cursor(filter.cursor, query));
  FERMATA_TRY(const std::vector<store::Row> rows, impl_->store_.list(query));
  Page page;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (i == static_cast<std::size_t>(filter.limit)) {
      page.next = cursor_of(rows[i - 1]);
      break;
    }
    FERMATA_TRY(json::Value document, json::parse(rows[i].doc, json::kMaxStoredDepth));
    page.items.push_back(std::move(document));
  }
  return page;
}

}  // namespace fermata::engine
