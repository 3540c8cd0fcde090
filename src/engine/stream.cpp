#include "engine/stream.hpp"

#include "codec/event_codec.hpp"

namespace fermata::engine {
namespace {

constexpr int kPage = 1000;

}  // namespace

Result<void> fold(Stream::State& state, bool is_directory, const store::EventRow& row) {
  FERMATA_TRY(const event::Recorded recorded, codec::decode(row.body));
  if (is_directory)
    state.directory = evolve(std::move(state.directory), recorded);
  else
    state.workflow = evolve(std::move(state.workflow), recorded);
  if (!recorded.request_key.empty()) state.requests.insert(recorded.request_key);
  state.version = row.version;
  state.hash = row.hash;
  return {};
}

Result<void> load(store::Store& store, Stream& stream) {
  Stream::State& state = stream.state;
  if (!state.loaded) {
    state = {};
    state.hash = codec::genesis_hash();
  }
  while (true) {
    FERMATA_TRY(const std::vector<store::EventRow> rows,
                store.read(stream.id, state.version, kPage));
    for (const store::EventRow& row : rows)
      FERMATA_CHECK_OK(fold(state, stream.is_directory(), row));
    if (rows.size() < static_cast<std::size_t>(kPage)) break;
  }
  state.loaded = true;
  return {};
}

}  // namespace fermata::engine
