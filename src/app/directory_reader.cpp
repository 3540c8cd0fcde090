#include "app/directory_reader.hpp"

#include <utility>

#include "codec/event_codec.hpp"
#include "core/decide.hpp"

namespace fermata::app {
namespace {
constexpr int kPage = 500;
}  // namespace

Result<Directory> read_directory(store::Store& store, const std::string& tenant) {
  Directory directory;
  const store::StreamId stream{tenant, "directory"};
  for (std::int64_t after = 0;;) {
    FERMATA_TRY(const auto rows, store.read(stream, after, kPage));
    for (const store::EventRow& row : rows) {
      FERMATA_TRY(const event::Recorded recorded, codec::decode(row.body));
      if (const std::string_view why = misfit(directory, recorded); !why.empty())
        return fail(ErrorCode::kInternal,
                    "stream.corrupt",
                    "the directory of tenant " + tenant + " is damaged",
                    "version " + std::to_string(row.version) + ": " + std::string(why));
      directory = evolve(std::move(directory), recorded);
      after = row.version;
    }
    if (rows.size() < static_cast<std::size_t>(kPage)) return directory;
  }
}

}  // namespace fermata::app
