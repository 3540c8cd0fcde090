#include "store/postgres/batch.hpp"

#include <algorithm>
#include <initializer_list>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "store/rows.hpp"

namespace fermata::store::postgres {
namespace {

using enum Array::Of;

// The keys of everything that a commit touches; NUL occurs in no name.
std::vector<std::string> keys_of(const Commit& commit) {
  const std::string& tenant = commit.stream.tenant;
  std::vector<std::string> keys;
  const auto add = [&](char kind, const std::string& id) {
    std::string key = tenant;
    key += '\0';
    key += kind;
    key += id;
    keys.push_back(std::move(key));
  };
  add('s', commit.stream.name);
  for (const TaskRow& task : commit.tasks) add('t', task.id);
  for (const std::string& id : commit.dropped_tasks) add('t', id);
  if (commit.ended_task) add('t', commit.ended_task->id);
  for (const Row& row : commit.rows) add(*name_of(row.table), row.id);
  if (commit.request) add('r', commit.request->id);
  return keys;
}

// The elements of which no later one has the same key, in order.
template <class Element, class KeyOf>
std::vector<const Element*> last_of_each(const std::vector<Element>& elements, KeyOf key_of) {
  std::vector<const Element*> last;
  std::unordered_set<std::string> seen;
  for (auto at = elements.rbegin(); at != elements.rend(); ++at) {
    if (elements.size() == 1 || seen.insert(key_of(*at)).second) last.push_back(&*at);
  }
  std::reverse(last.begin(), last.end());
  return last;
}

struct CommitArrays {
  Array tenant{kText}, stream{kText}, expected{kNumber}, version{kNumber}, hash{kText},
      not_after{kNumber}, forget_before{kNumber}, request{kText}, fingerprint{kText}, reply{kText},
      request_at{kNumber}, ended{kText}, ended_token{kNumber}, retry_at{kNumber};

  void add(const Commit& commit) {
    tenant.add(std::string_view(commit.stream.tenant));
    stream.add(std::string_view(commit.stream.name));
    expected.add(commit.expected_version);
    version.add(commit.events.empty() ? commit.expected_version : commit.events.back().version);
    hash.add(std::string_view(commit.events.empty() ? "" : commit.events.back().hash));
    not_after.add(commit.not_after);
    forget_before.add(commit.forget_requests_before);
    add_request(commit.request);
    add_ended(commit.ended_task);
  }

  void add_request(const std::optional<RequestRow>& row) {
    if (!row) {
      for (Array* array : {&request, &fingerprint, &reply, &request_at}) array->add_null();
      return;
    }
    request.add(std::string_view(row->id));
    fingerprint.add(std::string_view(row->fingerprint));
    reply.add(std::string_view(row->reply));
    request_at.add(row->at);
  }

  void add_ended(const std::optional<TaskEnd>& end) {
    if (!end) {
      for (Array* array : {&ended, &ended_token, &retry_at}) array->add_null();
      return;
    }
    ended.add(std::string_view(end->id));
    ended_token.add(end->token);
    retry_at.add(end->retry_at);
  }
};

struct EventArrays {
  Array commit{kNumber}, version{kNumber}, type{kText}, at{kNumber}, body{kText}, prev_hash{kText},
      hash{kText};

  void add(std::int64_t index, const EventRow& event) {
    commit.add(index);
    version.add(event.version);
    type.add(std::string_view(event.type));
    at.add(event.at);
    body.add(std::string_view(event.body));
    prev_hash.add(std::string_view(event.prev_hash));
    hash.add(std::string_view(event.hash));
  }
};

struct RowArrays {
  Array commit{kNumber}, kind{kText}, id{kText}, parent{kText}, status{kText}, agent{kText},
      labels{kText}, created_at{kNumber}, doc{kText}, queue{kText}, queued_at{kNumber};

  void add(std::int64_t index, const Row& row) {
    commit.add(index);
    kind.add(std::string_view(name_of(row.table)));
    id.add(std::string_view(row.id));
    parent.add(std::string_view(row.parent));
    status.add(std::string_view(row.status));
    agent.add(std::string_view(row.agent));
    labels.add(std::string_view(join_labels(row.labels)));
    created_at.add(row.created_at);
    doc.add(std::string_view(row.doc));
    queue.add(std::string_view(row.queue));
    queued_at.add(row.queued_at);
  }
};

struct TaskArrays {
  Array commit{kNumber}, id{kText}, kind{kText}, stream{kText}, due_at{kNumber}, body{kText},
      dropped_commit{kNumber}, dropped_id{kText};

  void add(std::int64_t index, const TaskRow& task) {
    commit.add(index);
    id.add(std::string_view(task.id));
    kind.add(std::string_view(task.kind));
    stream.add(std::string_view(task.stream));
    due_at.add(task.due_at);
    body.add(std::string_view(task.body));
  }

  void add_dropped(std::int64_t index, const std::string& dropped) {
    dropped_commit.add(index);
    dropped_id.add(std::string_view(dropped));
  }
};

void add_all(Parameters& parameters, std::initializer_list<Array*> arrays) {
  for (Array* array : arrays) parameters.add(std::move(*array));
}

}  // namespace

const Sql kCommitBatch{"commit_batch",
                       "SELECT commit_batch($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, "
                       "$13, $14, $15, $16, $17,"
                       " $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $31, "
                       "$32, $33, $34, $35, $36,"
                       " $37, $38, $39, $40, $41)"};

std::vector<Wave> waves(const std::vector<const Commit*>& commits) {
  std::vector<Wave> waves;
  std::unordered_map<std::string, std::size_t> next_wave;  // Of the next commit with that key.
  for (const Commit* commit : commits) {
    const std::vector<std::string> keys = keys_of(*commit);
    std::size_t wave = 0;
    for (const std::string& key : keys) {
      const auto found = next_wave.find(key);
      if (found != next_wave.end()) wave = std::max(wave, found->second);
    }
    for (const std::string& key : keys) next_wave[key] = wave + 1;
    if (wave == waves.size()) waves.emplace_back();
    waves[wave].push_back(commit);
  }
  return waves;
}

Parameters batch_parameters(const Wave& wave) {
  CommitArrays c;
  EventArrays e;
  RowArrays r;
  TaskArrays t;
  std::int64_t index = 0;
  for (const Commit* commit : wave) {
    ++index;
    c.add(*commit);
    for (const EventRow& event : commit->events) e.add(index, event);
    for (const Row* row :
         last_of_each(commit->rows, [](const Row& one) { return name_of(one.table) + one.id; })) {
      r.add(index, *row);
    }
    for (const TaskRow* task :
         last_of_each(commit->tasks, [](const TaskRow& one) { return one.id; })) {
      t.add(index, *task);
    }
    for (const std::string& id : commit->dropped_tasks) t.add_dropped(index, id);
  }
  Parameters parameters;
  add_all(parameters,
          {&c.tenant,
           &c.stream,
           &c.expected,
           &c.version,
           &c.hash,
           &c.not_after,
           &c.forget_before,
           &c.request,
           &c.fingerprint,
           &c.reply,
           &c.request_at,
           &c.ended,
           &c.ended_token,
           &c.retry_at});
  add_all(parameters, {&e.commit, &e.version, &e.type, &e.at, &e.body, &e.prev_hash, &e.hash});
  add_all(parameters,
          {&r.commit,
           &r.kind,
           &r.id,
           &r.parent,
           &r.status,
           &r.agent,
           &r.labels,
           &r.created_at,
           &r.doc,
           &r.queue,
           &r.queued_at});
  add_all(
      parameters,
      {&t.commit, &t.id, &t.kind, &t.stream, &t.due_at, &t.body, &t.dropped_commit, &t.dropped_id});
  parameters.add(std::int64_t{kForgetLimit});
  return parameters;
}

}  // namespace fermata::store::postgres
