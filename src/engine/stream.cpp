#include "engine/stream.hpp"

#include "codec/event_codec.hpp"

namespace fermata::engine {
namespace {

constexpr int kPage = 1000;

tl::unexpected<Error> corrupt(const store::StreamId& stream,
                              const store::EventRow& row,
                              std::string_view why) {
  std::string detail =
      stream.tenant + "/" + stream.name + " version " + std::to_string(row.version) + ": ";
  detail += why;
  return fail(ErrorCode::kInternal,
              "stream.corrupt",
              "the stored history of this is damaged, so nothing can be done with it",
              std::move(detail));
}

void forget(Stream& stream) {
  stream.state = {};
  stream.state.outbox.id = stream.id.name;
  stream.state.hash = codec::genesis_hash(stream.id.tenant, stream.id.name);
}

// Reads and folds the pages after what the state has.
Result<void> catch_up(store::Store& store, Stream& stream) {
  if (stream.state.behind) {
    FERMATA_TRY(const std::vector<store::EventRow> next,
                store.read(stream.id, stream.state.version, 1));
    if (next.empty() || next.front().prev_hash != stream.state.hash) forget(stream);
  }
  while (true) {
    FERMATA_TRY(const std::vector<store::EventRow> rows,
                store.read(stream.id, stream.state.version, kPage));
    for (const store::EventRow& row : rows) FERMATA_CHECK_OK(fold(stream, row));
    if (rows.size() < static_cast<std::size_t>(kPage)) return {};
  }
}

}  // namespace

void evolve(Stream& stream, const event::Recorded& recorded) {
  Stream::State& state = stream.state;
  switch (stream.kind) {
    case Stream::Kind::kDirectory:
      state.directory = fermata::evolve(std::move(state.directory), recorded);
      break;
    case Stream::Kind::kOutbox:
      state.outbox = fermata::evolve(std::move(state.outbox), recorded);
      break;
    case Stream::Kind::kWorkflow:
      state.workflow = fermata::evolve(std::move(state.workflow), recorded);
      break;
  }
}

Result<void> fold(Stream& stream, const store::EventRow& row) {
  Stream::State& state = stream.state;
  FERMATA_TRY(const event::Recorded recorded, codec::decode(row.body));
  if (row.version != state.version + 1 || recorded.version != row.version)
    return corrupt(stream.id, row, "P10: versions are without a gap");
  const std::string_view misfit =
      with_state(stream, [&](const auto& folded) { return fermata::misfit(folded, recorded); });
  if (!misfit.empty()) return corrupt(stream.id, row, misfit);
  evolve(stream, recorded);
  if (stream.is_workflow() && state.workflow.id != stream.id.name)
    return corrupt(stream.id, row, "it is another workflow's");
  if (!recorded.request_key.empty()) state.requests.insert(recorded.request_key);
  state.version = row.version;
  state.bytes += row.body.size();
  state.hash = row.hash;
  return {};
}

Result<void> load(store::Store& store, Stream& stream) {
  if (stream.quarantine) return tl::unexpected(*stream.quarantine);
  Stream::State& state = stream.state;
  if (!state.loaded) forget(stream);
  Result<void> caught_up = catch_up(store, stream);
  if (!caught_up) {
    // What was folded so far may be half an event.
    state.loaded = false;
    if (caught_up.error().code == ErrorCode::kInternal) stream.quarantine = caught_up.error();
    return caught_up;
  }
  state.loaded = true;
  state.behind = false;
  return {};
}

}  // namespace fermata::engine
