#include "store/check.hpp"

#include <algorithm>
#include <cstring>
#include <initializer_list>
#include <string_view>

namespace fermata::store {
namespace {

// Bytes of the sequence that starts `rest`, whose first byte is not ASCII; 0 when it is none.
std::size_t sequence_length(std::string_view rest) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(rest[i]); };
  const unsigned char lead = byte(0);
  const std::size_t length = lead < 0xC2   ? 0
                             : lead < 0xE0 ? 2
                             : lead < 0xF0 ? 3
                             : lead < 0xF5 ? 4
                                           : 0;
  if (length == 0 || rest.size() < length) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return 0;
  }
  if (lead == 0xE0 && byte(1) < 0xA0) return 0;   // Over-long.
  if (lead == 0xED && byte(1) >= 0xA0) return 0;  // A surrogate.
  if (lead == 0xF0 && byte(1) < 0x90) return 0;   // Over-long.
  if (lead == 0xF4 && byte(1) >= 0x90) return 0;  // Beyond U+10FFFF.
  return length;
}

// Eight ASCII bytes of which none is NUL.
bool is_plain(const char* bytes) {
  std::uint64_t word = 0;
  std::memcpy(&word, bytes, sizeof(word));
  constexpr std::uint64_t kHigh = 0x8080808080808080, kOnes = 0x0101010101010101;
  return (word & kHigh) == 0 && ((word - kOnes) & kHigh) == 0;
}

bool all_text(std::initializer_list<std::string_view> texts) {
  return std::all_of(texts.begin(), texts.end(), is_text);
}

bool texts_are_valid(const Commit& commit) {
  bool valid = all_text({commit.stream.tenant, commit.stream.name});
  for (const EventRow& event : commit.events) {
    valid = valid && all_text({event.type, event.body, event.prev_hash, event.hash});
  }
  for (const Row& row : commit.rows) {
    valid = valid && all_text({row.id, row.parent, row.status, row.agent, row.doc, row.queue}) &&
            std::all_of(row.labels.begin(), row.labels.end(), is_text);
  }
  for (const TaskRow& task : commit.tasks) {
    valid = valid && all_text({task.id, task.kind, task.stream, task.body});
  }
  valid = valid && std::all_of(commit.dropped_tasks.begin(), commit.dropped_tasks.end(), is_text);
  if (commit.ended_task) valid = valid && is_text(commit.ended_task->id);
  if (commit.request) {
    const RequestRow& request = *commit.request;
    valid = valid && all_text({request.id, request.fingerprint, request.reply});
  }
  return valid;
}

bool is_id(const std::string& name) { return !name.empty() && name.size() <= kMaxName; }

bool row_names_fit(const Row& row) {
  return is_id(row.id) && row.parent.size() <= kMaxName && row.status.size() <= kMaxName &&
         row.agent.size() <= kMaxName && row.queue.size() <= kMaxName;
}

bool names_fit(const Commit& commit) {
  return is_id(commit.stream.tenant) && is_id(commit.stream.name) &&
         std::all_of(commit.rows.begin(), commit.rows.end(), row_names_fit) &&
         std::all_of(commit.tasks.begin(),
                     commit.tasks.end(),
                     [](const TaskRow& task) { return is_id(task.id); }) &&
         (!commit.request || is_id(commit.request->id));
}

bool versions_follow(const Commit& commit) {
  std::int64_t version = commit.expected_version;
  if (version < 0) return false;
  return std::all_of(commit.events.begin(), commit.events.end(), [&](const EventRow& event) {
    return event.version == ++version;
  });
}

bool labels_are_plain(const Commit& commit) {
  const auto has_bar = [](const std::string& label) {
    return label.find('|') != std::string::npos;
  };
  return std::none_of(commit.rows.begin(), commit.rows.end(), [&](const Row& row) {
    return std::any_of(row.labels.begin(), row.labels.end(), has_bar);
  });
}

}  // namespace

bool is_text(std::string_view bytes) {
  std::size_t at = 0;
  while (at < bytes.size()) {
    if (bytes.size() - at >= 8 && is_plain(bytes.data() + at)) {
      at += 8;
    } else if (static_cast<unsigned char>(bytes[at]) < 0x80) {
      if (bytes[at] == '\0') return false;
      ++at;
    } else {
      const std::size_t length = sequence_length(bytes.substr(at));
      if (length == 0) return false;
      at += length;
    }
  }
  return true;
}

Result<void> check(const Commit& commit) {
  const char* wrong = !versions_follow(commit)    ? "the versions have a gap"
                      : !names_fit(commit)        ? "a name is empty or too long"
                      : !labels_are_plain(commit) ? "a label contains '|'"
                      : !texts_are_valid(commit)  ? "a text is not UTF-8 without NUL"
                                                  : nullptr;
  if (wrong == nullptr) return {};
  return fail(ErrorCode::kInvalid,
              "store.bad_commit",
              "This cannot be stored.",
              commit.stream.tenant + "/" + commit.stream.name + ": " + wrong);
}

}  // namespace fermata::store
