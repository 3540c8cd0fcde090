#include "engine/verify.hpp"

#include "codec/event_codec.hpp"
#include "engine/projection.hpp"
#include "engine/stream.hpp"

namespace fermata::engine {
namespace {

constexpr int kPage = 500;

class Auditor {
 public:
  Auditor(store::Store& store, Verification& verification)
      : store_(store), verification_(verification) {}

  Result<void> audit(const store::StreamHead& head) {
    Stream stream(head.stream);
    stream.state.hash = codec::genesis_hash();
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
    if (!whole) return {};
    if (stream.state.version != head.version || stream.state.hash != head.hash)
      found("P11", head.stream, head.version, "the stream's head is not its last event");
    if (stream.is_directory()) return {};
    return audit_rows(stream);
  }

 private:
  void found(const char* promise,
             const store::StreamId& stream,
             std::int64_t version,
             std::string what) {
    verification_.findings.push_back(
        {promise, stream.tenant + "/" + stream.name, version, std::move(what)});
  }

  // False: nothing after it can be judged.
  bool audit_event(Stream& stream, const store::EventRow& row) {
    const auto wrong = [&](const char* promise, const char* what) {
      found(promise, stream.id, row.version, what);
      return false;
    };
    if (row.version != stream.state.version + 1) return wrong("P10", "a version is missing");
    if (row.prev_hash != stream.state.hash)
      return wrong("P11", "it does not name the hash of the event before it");
    if (codec::chain_hash(row.prev_hash, row.body) != row.hash)
      return wrong("P11", "its content is not what its hash says");
    const auto recorded = codec::decode(row.body);
    if (!recorded) return wrong("P10", "it cannot be read");
    if (recorded->version != row.version || codec::type_of(recorded->payload) != row.type ||
        recorded->at != row.at)
      return wrong("P11", "its columns do not match its content");
    if (!fold(stream.state, stream.is_directory(), row)) return wrong("P10", "it cannot be folded");
    return true;
  }

  Result<void> audit_rows(const Stream& stream) {
    const Workflow& workflow = stream.state.workflow;
    FERMATA_CHECK_OK(audit_row(stream.id, row_of(workflow)));
    for (const Approval& approval : workflow.approvals)
      FERMATA_CHECK_OK(audit_row(stream.id, row_of(approval, workflow)));
    return {};
  }

  Result<void> audit_row(const store::StreamId& stream, const store::Row& expected) {
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

  store::Store& store_;
  Verification& verification_;
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
    if (heads.size() < static_cast<std::size_t>(kPage)) return verification;
    after = heads.back().stream;
  }
}

}  // namespace fermata::engine
