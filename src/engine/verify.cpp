#include "engine/verify.hpp"

#include <map>
#include <set>

#include "base/hash.hpp"
#include "codec/event_codec.hpp"
#include "engine/projection.hpp"
#include "engine/stream.hpp"

namespace fermata::engine {
namespace {

constexpr int kPage = 500;

std::string name_of(const store::StreamId& id) { return id.tenant + "/" + id.name; }

class Auditor {
 public:
  Auditor(store::Store& store, Verification& verification)
      : store_(store), verification_(verification) {}

  Result<void> audit(const store::StreamHead& head) {
    known_.insert(name_of(head.stream));
    Stream stream(head.stream);
    stream.state.hash = codec::genesis_hash(head.stream.tenant, head.stream.name);
    bool whole = true;
    while (whole) {
      FERMATA_TRY(const std::vector<store::EventRow> rows,
                  store_.read(head.stream, stream.state.version, kPage));
      for (const store::EventRow& row : rows) {
        ++verification_.events;
        if (whole = audit_event(stream, row); !whole) break;
      }
      if (rows.size() < static_cast<std::size_t>(kPage)) break;
    }
    if (!whole) {
      unjudged_.insert(name_of(head.stream));
      return {};
    }
    if (stream.state.version != head.version || stream.state.hash != head.hash)
      found("P11", head.stream, head.version, "the stream's head is not its last event");
    return audit_rows(stream);
  }

  // What is stored though no event says so, and what is not though one does. After all streams.
  Result<void> audit_rest() {
    FERMATA_CHECK_OK(each(store::Kind::kStreamsOfEvents, [&](const store::Entry& entry) {
      if (!known_.contains(name_of(entry.name)))
        found("P11", entry.name, 0, "it has events, but no head: it was hidden");
    }));
    FERMATA_CHECK_OK(each(store::Kind::kWorkflowRows,
                          [&](const store::Entry& entry) { audit_owner(entry, entry.name.name); }));
    FERMATA_CHECK_OK(each(store::Kind::kApprovalRows, [&](const store::Entry& entry) {
      audit_owner(entry, workflow_of(entry.name.name));
    }));
    FERMATA_CHECK_OK(each(store::Kind::kMessageRows, [&](const store::Entry& entry) {
      const std::string subject = entry.name.name.substr(0, entry.name.name.find('/'));
      audit_owner(entry, outbox_of(subject.starts_with("wf_") ? subject : workflow_of(subject)));
    }));
    audit_permitted();
    FERMATA_CHECK_OK(
        each(store::Kind::kTasks, [&](const store::Entry& entry) { audit_task(*entry.task); }));
    for (const auto& [key, task] : tasks_)
      if (!unjudged_.contains(name_of({task.tenant, task.stream})))
        found("P12", {task.tenant, task.stream}, 0, "its task " + task.id + " is missing");
    return {};
  }

 private:
  using Key = std::pair<std::string, std::string>;  // Tenant and id.
  struct Permitted {
    Digest use;
    store::StreamId stream;
    std::int64_t version = 0;
  };

  void found(const char* promise,
             const store::StreamId& stream,
             std::int64_t version,
             std::string what) {
    verification_.findings.push_back({promise, name_of(stream), version, std::move(what)});
  }

  // False: nothing after it can be judged.
  bool audit_event(Stream& stream, const store::EventRow& row) {
    const auto wrong = [&](const char* promise, std::string what) {
      found(promise, stream.id, row.version, std::move(what));
      return false;
    };
    if (row.version != stream.state.version + 1) return wrong("P10", "a version is missing");
    if (row.prev_hash != stream.state.hash)
      return wrong("P11",
                   row.version == 1 ? "it is not the beginning of this tenant's stream"
                                    : "it does not name the hash of the event before it");
    if (codec::chain_hash(row.prev_hash, row.body) != row.hash)
      return wrong("P11", "its content is not what its hash says");
    const auto recorded = codec::decode(row.body);
    if (!recorded) return wrong("P10", "it cannot be read");
    if (recorded->version != row.version || codec::type_of(recorded->payload) != row.type ||
        recorded->at != row.at)
      return wrong("P11", "its columns do not match its content");
    if (const Result<void> folded = fold(stream, row); !folded)
      return wrong("P10", "it cannot have happened: " + folded.error().detail);
    if (stream.is_directory())
      end_publication(stream.id.tenant, recorded->payload);
    else if (stream.is_workflow())
      expect_tasks(stream, react(stream.state.workflow, recorded->payload));
    else
      follow_message(stream, recorded->payload);
    follow_permission(stream, *recorded);
    return true;
  }

  // The use of a permission stands in the directory, the call that ran on it in its workflow.
  void follow_permission(const Stream& stream, const event::Recorded& recorded) {
    if (const auto* used = std::get_if<event::PermissionUsed>(&recorded.payload))
      used_.insert(use_of(stream.id.tenant,
                          used->permission,
                          use_key(used->workflow, used->call_key, used->epoch),
                          used->hash));
    const auto* permitted = std::get_if<event::CallPermitted>(&recorded.payload);
    if (permitted == nullptr) return;
    const Workflow& workflow = stream.state.workflow;
    const Call& call = *find_call(workflow, permitted->call);
    permitted_.push_back({use_of(stream.id.tenant,
                                 permitted->permission,
                                 use_key(workflow.id, call.key, permitted->epoch),
                                 permitted->hash),
                          stream.id,
                          recorded.version});
  }

  static Digest use_of(const std::string& tenant,
                       const std::string& permission,
                       const std::string& use,
                       const std::string& hash) {
    return sha256(json::canonical(json::Array{tenant, permission, use, hash}));
  }

  // Where the directory is damaged that is a finding already, and what it said nobody knows.
  void audit_permitted() {
    for (const Permitted& one : permitted_)
      if (!used_.contains(one.use) &&
          !unjudged_.contains(name_of({one.stream.tenant, "directory"})))
        found("P1",
              one.stream,
              one.version,
              "a call ran under a permission that the directory says it did not use");
  }

  // Follows the tasks as they come and go with the events.
  void expect_tasks(const Stream& stream, const task::Tasks& tasks) {
    const std::string& tenant = stream.id.tenant;
    for (const task::Task& task : tasks.create) {
      const Key key{tenant, task::id_of(task)};
      if (!ended_.contains(key)) tasks_[key] = row_of(tenant, stream.id.name, task);
    }
    for (const std::string& id : tasks.drop) tasks_.erase({tenant, id});
  }
  // A delivery ends with what came of it, which may ask for another.
  void follow_message(const Stream& stream, const event::Event& event) {
    const auto ended = [&](const std::string& message) {
      tasks_.erase({stream.id.tenant, task::id_of(task::Delivery{message, 0})});
    };
    if (const auto* delivered = std::get_if<event::MessageDelivered>(&event))
      ended(delivered->message);
    if (const auto* failed = std::get_if<event::MessageFailed>(&event)) ended(failed->message);
    expect_tasks(stream, react(stream.state.outbox, event));
  }

  // What a workflow's approval caused is done in the directory, whichever of them is read first.
  void end_publication(const std::string& tenant, const event::Event& event) {
    std::string approval;
    if (const auto* published = std::get_if<event::PolicyPublished>(&event))
      approval = published->approval;
    else if (const auto* not_published = std::get_if<event::PolicyNotPublished>(&event))
      approval = not_published->approval;
    if (approval.empty()) return;
    const Key key{tenant, task::id_of(task::PolicyPublication{.approval = approval})};
    tasks_.erase(key);
    ended_.insert(key);
  }

  void audit_task(const store::TaskRow& task) {
    const store::StreamId stream{task.tenant, task.stream};
    const auto expected = tasks_.find({task.tenant, task.id});
    if (unjudged_.contains(name_of(stream))) return;
    // Whether somebody is to be told is a setting, and no event's affair.
    if (task.kind == codec::kind_of(task::Announcement{}) && known_.contains(name_of(stream)))
      return;
    if (expected == tasks_.end())
      return found(
          "P12", stream, 0, "the task " + task.id + " is there, but no event asked for it");
    const store::TaskRow& wanted = expected->second;
    // A task that was tried and put off is due later than it was.
    if (task.kind != wanted.kind || task.stream != wanted.stream || task.body != wanted.body ||
        task.due_at < wanted.due_at || (task.attempts == 0 && task.due_at != wanted.due_at))
      found("P12", stream, 0, "the task " + task.id + " is not what its event says");
    tasks_.erase(expected);
  }

  Result<void> audit_rows(const Stream& stream) {
    if (stream.is_directory()) return {};
    const Outbox& outbox = stream.state.outbox;
    for (const auto& [id, message] : outbox.messages)
      FERMATA_CHECK_OK(audit_row(stream.id, row_of(message, outbox)));
    if (!stream.is_workflow()) return {};
    const Workflow& workflow = stream.state.workflow;
    FERMATA_CHECK_OK(audit_row(stream.id, row_of(workflow)));
    for (const Approval& approval : workflow.approvals)
      FERMATA_CHECK_OK(audit_row(stream.id, row_of(approval, workflow)));
    return {};
  }

  Result<void> audit_row(const store::StreamId& stream, const store::Row& expected) {
    rows_.insert({stream.tenant, expected.id});
    store::RowQuery query;
    query.tenant = stream.tenant;
    query.table = expected.table;
    query.id = expected.id;
    query.limit = 1;
    FERMATA_TRY(const std::vector<store::Row> rows, store_.list(query));
    if (rows.empty() || !(rows.front() == expected))
      found("P10", stream, 0, "the read model of " + expected.id + " is not what its events say");
    return {};
  }

  void audit_owner(const store::Entry& row, const std::string& stream) {
    const store::StreamId owner{row.name.tenant, stream};
    if (rows_.contains({row.name.tenant, row.name.name}) || unjudged_.contains(name_of(owner)))
      return;
    found("P10", owner, 0, "the read model of " + row.name.name + " is there, but no event is");
  }

  Result<void> each(store::Kind kind, const std::function<void(const store::Entry&)>& visit) {
    store::StreamId after;
    while (true) {
      FERMATA_TRY(const std::vector<store::Entry> page, store_.entries(kind, after, kPage));
      for (const store::Entry& entry : page) visit(entry);
      if (page.size() < static_cast<std::size_t>(kPage)) return {};
      after = page.back().name;
    }
  }

  store::Store& store_;
  Verification& verification_;
  std::set<std::string> known_;          // Streams that have a head.
  std::set<std::string> unjudged_;       // Streams that are damaged; that is a finding already.
  std::set<Key> rows_;                   // That the events say are there.
  std::map<Key, store::TaskRow> tasks_;  // Likewise.
  std::set<Key> ended_;                  // Tasks that another stream ended.
  std::set<Digest> used_;                // Permissions, by which call with which H.
  std::vector<Permitted> permitted_;     // Calls that ran under one.
};

}  // namespace

Result<Verification> verify(store::Store& store,
                            const std::function<void(std::uint64_t)>& progress) {
  Verification verification;
  Auditor auditor(store, verification);
  store::StreamId after;
  while (true) {
    FERMATA_TRY(const std::vector<store::StreamHead> heads, store.heads(after, kPage));
    for (const store::StreamHead& head : heads) {
      FERMATA_CHECK_OK(auditor.audit(head));
      ++verification.streams;
      if (progress) progress(verification.streams);
    }
    if (heads.size() < static_cast<std::size_t>(kPage)) break;
    after = heads.back().stream;
  }
  FERMATA_CHECK_OK(auditor.audit_rest());
  return verification;
}

Result<void> compare(store::Store& store, const Checkpointed& then, Verification& verification) {
  for (const store::StreamHead& head : then.heads) {
    const auto found = [&](std::string what) {
      verification.findings.push_back(
          {"P11", name_of(head.stream), head.version, "since the checkpoint " + std::move(what)});
    };
    FERMATA_TRY(const std::vector<store::EventRow> rows,
                store.read(head.stream, head.version - 1, 1));
    if (!rows.empty() && rows.front().version == head.version) {
      if (rows.front().hash != head.hash) found("its history was rewritten");
      continue;
    }
    FERMATA_TRY(const std::vector<store::EventRow> first, store.read(head.stream, 0, 1));
    found(first.empty() ? "it was removed" : "its history was cut");
  }
  return {};
}

}  // namespace fermata::engine
