// Reads: documents from the read models, and what only the folded state knows.

#include <charconv>
#include <future>

#include "base/hash.hpp"
#include "codec/documents.hpp"
#include "core/permission/permitted.hpp"
#include "engine/attention.hpp"
#include "engine/impl.hpp"
#include "store/check.hpp"

namespace fermata::engine {
namespace {

tl::unexpected<Error> absent(const std::string& entity, const std::string& id) {
  return fail(
      ErrorCode::kNotFound, entity + ".not_found", "there is no " + entity + " '" + id + "'");
}

Result<store::Row> find_row(store::Store& store,
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
  FERMATA_TRY(std::vector<store::Row> rows, store.list(query));
  if (rows.empty()) return absent(entity, id);
  return std::move(rows.front());
}

Result<json::Value> find_document(store::Store& store,
                                  const std::string& tenant,
                                  store::Table table,
                                  const std::string& entity,
                                  const std::string& id) {
  FERMATA_TRY(const store::Row row, find_row(store, tenant, table, entity, id));
  return json::parse(row.doc, json::kMaxStoredDepth);
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
static Result<T> read_stream(Engine::Impl& impl,
                             const std::string& tenant,
                             const std::string& workflow,
                             const std::string& entity,
                             const std::string& id,
                             std::function<Result<T>(const Stream::State&)> read) {
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
          promise->set_value(read(stream.state));
      });
  return future.get();
}

template <class T>
static Result<T> read_state(Engine::Impl& impl,
                            const std::string& tenant,
                            const std::string& workflow,
                            const std::string& entity,
                            const std::string& id,
                            std::function<Result<T>(const Workflow&)> read) {
  return read_stream<T>(
      impl, tenant, workflow, entity, id, [read = std::move(read)](const Stream::State& state) {
        return read(state.workflow);
      });
}

Result<json::Value> Engine::workflow(const std::string& tenant, const std::string& id) {
  return find_document(impl_->store_, tenant, store::Table::kWorkflows, "workflow", id);
}

Result<json::Value> Engine::approval(const std::string& tenant, const std::string& id) {
  FERMATA_TRY(json::Value document,
              find_document(impl_->store_, tenant, store::Table::kApprovals, "approval", id));
  if (const auto directory = impl_->tenants_.view(tenant).directory)
    codec::bring_up_to_date(document, *directory, impl_->now());
  return document;
}

Result<json::Value> Engine::outlook(const std::string& tenant, const std::string& id) {
  FERMATA_TRY(const store::Row row,
              find_row(impl_->store_, tenant, store::Table::kApprovals, "approval", id));
  return engine::outlook(impl_->store_, tenant, row);
}

Result<json::Value> Engine::explain_approval(const std::string& tenant, const std::string& id) {
  const Tenants::View view = impl_->tenants_.view(tenant);
  if (!view.directory) return absent("approval", id);
  const TimeMs now = impl_->now();
  return read_state<json::Value>(
      *impl_,
      tenant,
      workflow_of(id),
      "approval",
      id,
      [id, directory = view.directory, now](const Workflow& workflow) -> Result<json::Value> {
        const Approval* approval = find_approval(workflow, id);
        if (approval == nullptr) return absent("approval", id);
        return codec::explain_document(workflow, *approval, *directory, now);
      });
}

Result<Engine::Inbound> Engine::inbound(const std::string& tenant, const std::string& id) {
  const Tenants::View view = impl_->tenants_.view(tenant);
  if (!view.directory) return absent("inbound", id);
  return read_state<Inbound>(
      *impl_,
      tenant,
      workflow_of(id),
      "inbound",
      id,
      [id, directory = view.directory](const Workflow& workflow) -> Result<Inbound> {
        const InboundAsk* ask = find_inbound(workflow, id);
        if (ask == nullptr) return absent("inbound", id);
        Inbound found{*ask, workflow.id, workflow.agent, {}};
        for (const InboundPart& one : ask->parts) {
          Inbound::Part& part = found.parts.emplace_back();
          if (const Call* call = find_call(workflow, one.call)) part.call = *call;
          const std::string& asked = part.call ? part.call->approval : one.approval;
          if (const Approval* approval = find_approval(workflow, asked)) part.approval = *approval;
          const std::string& tool = part.call ? part.call->tool : part.approval->question.action;
          if (const Freeze* freeze = frozen(*directory, workflow.agent, tool))
            part.frozen_by = freeze->id;
        }
        return found;
      });
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

// What the very command would decide, so that whoever asks and whoever opens see the same.
Result<Effect> Engine::foresee(const Identity& caller,
                               const std::string& id,
                               const command::OpenCall& wish) {
  const Tenants::View view = impl_->tenants_.view(caller.tenant);
  if (!view.directory) return absent("workflow", id);
  Context context;
  context.tenant = caller.tenant;
  context.stream = id;
  context.now = impl_->now();
  context.actor = caller.actor;
  context.on_behalf_of = caller.on_behalf_of;
  context.directory = view.directory.get();
  context.policy = view.policy.get();
  context.grant_lifetime_ms = impl_->options_.grant_lifetime_ms;
  context.limits = impl_->options_.limits;
  return read_state<Effect>(
      *impl_, caller.tenant, id, "workflow", id, [&](const Workflow& state) -> Result<Effect> {
        FERMATA_TRY(const Events events, decide(state, wish, context));
        if (events.empty()) return Effect::kDeny;
        if (std::holds_alternative<event::CallStarted>(events.back())) return Effect::kAllow;
        if (!std::holds_alternative<event::ApprovalRequested>(events.back())) return Effect::kDeny;
        return permission_sought(state, wish, events, context) ? Effect::kAllow : Effect::kAsk;
      });
}

Result<Engine::Asked> Engine::request(const std::string& tenant, const std::string& id) {
  return read_state<Asked>(*impl_,
                           tenant,
                           workflow_of(id),
                           "workflow",
                           workflow_of(id),
                           [id](const Workflow& workflow) -> Result<Asked> {
                             const Approval* approval = find_approval(workflow, id);
                             if (approval == nullptr) return absent("approval", id);
                             return Asked{*approval, workflow.agent};
                           });
}

Result<Engine::Announceable> Engine::announceable(const std::string& tenant,
                                                  const std::string& id) {
  return read_state<Announceable>(
      *impl_,
      tenant,
      workflow_of(id),
      "workflow",
      workflow_of(id),
      [id](const Workflow& workflow) -> Result<Announceable> {
        const Approval* approval = find_approval(workflow, id);
        if (approval == nullptr) return absent("approval", id);
        return Announceable{{*approval, workflow.agent}, workflow.version};
      });
}

Result<Outbox> Engine::outbox(const std::string& tenant, const std::string& workflow) {
  if (!workflow.starts_with("wf_")) return absent("workflow", workflow);
  auto promise = std::make_shared<std::promise<Result<Outbox>>>();
  auto future = promise->get_future();
  impl_->query(tenant, outbox_of(workflow), [promise](const Result<void>& loaded, Stream& stream) {
    if (loaded)
      promise->set_value(stream.state.outbox);
    else
      promise->set_value(tl::unexpected(loaded.error()));
  });
  return future.get();
}

Result<std::shared_ptr<const Workflow>> Engine::state(const std::string& tenant,
                                                      const std::string& id) {
  using State = std::shared_ptr<const Workflow>;
  const std::int64_t most = impl_->options_.limits.fork_bytes;
  return read_stream<State>(
      *impl_, tenant, id, "workflow", id, [most](const Stream::State& state) -> Result<State> {
        if (state.bytes > static_cast<std::size_t>(most))
          return fail(ErrorCode::kConflict,
                      "fork.too_large",
                      "the workflow's events have more than " + std::to_string(most) +
                          " bytes (limits.fork_bytes)");
        return std::make_shared<const Workflow>(state.workflow);
      });
}

Result<Engine::Compared> Engine::compare(const std::string& tenant,
                                         const std::string& left_id,
                                         const std::string& right_id,
                                         std::int64_t after,
                                         int limit) {
  FERMATA_TRY(const auto left, state(tenant, left_id));
  FERMATA_TRY(const auto right, state(tenant, right_id));
  const Comparison comparison = fermata::compare(*left, *right);
  Compared compared;
  compared.summary = json::Object{{"left", codec::outcome_document(*left)},
                                  {"right", codec::outcome_document(*right)},
                                  {"common", static_cast<std::int64_t>(comparison.common)},
                                  {"rows", static_cast<std::int64_t>(comparison.rows.size())}};
  const std::size_t begin = std::min(static_cast<std::size_t>(after), comparison.rows.size());
  const std::size_t end = std::min(begin + static_cast<std::size_t>(limit), comparison.rows.size());
  for (std::size_t i = begin; i < end; ++i)
    compared.rows.items.push_back(codec::to_document(comparison.rows[i], *left, *right));
  if (end < comparison.rows.size()) compared.rows.next = std::to_string(end);
  return compared;
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
          if (!workflow.calls[index].live()) continue;
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

Result<Page> Engine::records(const std::string& tenant,
                             const std::string& workflow,
                             std::int64_t after,
                             int limit) {
  if (!workflow.starts_with("wf_")) return absent("workflow", workflow);
  FERMATA_TRY(const std::vector<store::EventRow> rows,
              impl_->store_.read({tenant, workflow}, after, limit + 1));
  if (rows.empty() && after == 0) return absent("workflow", workflow);
  Page page;
  for (const store::EventRow& row : rows) {
    if (page.items.size() == static_cast<std::size_t>(limit)) {
      page.next = std::to_string(row.version - 1);
      break;
    }
    page.items.emplace_back(json::Object{{"version", row.version},
                                         {"body", row.body},
                                         {"prev_hash", row.prev_hash},
                                         {"hash", row.hash}});
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
  query.first_of_queue = filter.fold;
  query.limit = filter.limit + 1;
  if (!filter.equal_to.empty()) {
    FERMATA_TRY(const store::Row row,
                find_row(impl_->store_, tenant, filter.table, "approval", filter.equal_to));
    query.queue = row.queue;
    if (row.queue.empty()) query.id = row.id;
  }
  FERMATA_CHECK_OK(read_cursor(filter.cursor, query));
  FERMATA_TRY(const std::vector<store::Row> rows, impl_->store_.list(query));
  Page page;
  const auto directory = impl_->tenants_.view(tenant).directory;
  const TimeMs now = impl_->now();
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (i == static_cast<std::size_t>(filter.limit)) {
      if (query.queue.empty()) page.next = cursor_of(rows[i - 1]);
      break;
    }
    FERMATA_TRY(json::Value document, json::parse(rows[i].doc, json::kMaxStoredDepth));
    if (filter.fold) {
      FERMATA_TRY(const std::int64_t equal, equal_open(impl_->store_, tenant, rows[i]));
      document.as_object()->set("equal_open", equal);
    }
    if (directory && filter.table == store::Table::kApprovals)
      codec::bring_up_to_date(document, *directory, now);
    page.items.push_back(std::move(document));
  }
  return page;
}

}  // namespace fermata::engine
