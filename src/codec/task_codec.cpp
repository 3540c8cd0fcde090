// Tasks on disk: the kind is a column of its own, the body {"approval":..,"at":ms,"v":1}.

#include "codec/event_codec.hpp"
#include "codec/fields.hpp"
#include "codec/reader.hpp"
#include "codec/writer.hpp"

namespace fermata::codec {
namespace {

constexpr std::int64_t kVersion = 1;

template <class T>
inline constexpr std::string_view kKind{};
template <>
inline constexpr std::string_view kKind<task::ApprovalTimer> = "approval_deadline";
template <>
inline constexpr std::string_view kKind<task::TurnLapse> = "turn_lapse";

template <>
inline constexpr std::string_view kKind<task::PolicyPublication> = "policy_publication";

template <>
inline constexpr std::string_view kKind<task::Announcement> = "announcement";
template <>
inline constexpr std::string_view kKind<task::Delivery> = "delivery";

// A task and the version it is written in.
template <class T>
struct Versioned {
  T task;
  std::int64_t version = kVersion;
};

template <class V>
void fields(V& v, Ref<V, Versioned<task::ApprovalTimer>> due) {
  v("approval", due.task.approval);
  v.time("at", due.task.at);
  v("v", due.version);
}

template <class V>
void fields(V& v, Ref<V, Versioned<task::TurnLapse>> lapse) {
  v.time("at", lapse.task.at);
  v("turn", lapse.task.turn);
  v("v", lapse.version);
  v("workflow", lapse.task.workflow);
}

template <class V>
void fields(V& v, Ref<V, Versioned<task::PolicyPublication>> policy) {
  v("approval", policy.task.approval);
  v.time("at", policy.task.at);
  v("hash", policy.task.hash);
  v("proposed_by", policy.task.proposed_by);
  v("replaces", policy.task.replaces);
  v("source", policy.task.source);
  v("v", policy.version);
}

template <class V>
void fields(V& v, Ref<V, Versioned<task::Announcement>> announcement) {
  v.time("at", announcement.task.at);
  v("subject", announcement.task.subject);
  v("v", announcement.version);
}

template <class V>
void fields(V& v, Ref<V, Versioned<task::Delivery>> delivery) {
  v.time("at", delivery.task.at);
  v("message", delivery.task.message);
  v("v", delivery.version);
}

tl::unexpected<Error> corrupt_task(std::string where) {
  return fail(
      ErrorCode::kInternal, "codec.corrupt_task", "a stored task cannot be read", std::move(where));
}

template <class T>
Result<task::Task> read_task(const json::Value& body) {
  Versioned<T> versioned;
  Reader reader(body);
  fields(reader, versioned);
  if (Fault fault = reader.finish(); !fault.empty()) return corrupt_task(std::move(fault));
  if (versioned.version != kVersion) return corrupt_task(".v: not known to this program");
  return task::Task(std::move(versioned.task));
}

}  // namespace

std::string kind_of(const task::Task& task) {
  return std::visit([]<class T>(const T&) { return std::string(kKind<T>); }, task);
}

std::string encode(const task::Task& task) {
  std::string text = "{";
  std::visit(
      [&text]<class T>(const T& alternative) {
        Writer writer(text);
        fields(writer, Versioned<T>{alternative});
      },
      task);
  return text += '}';
}

Result<task::Task> decode_task(std::string_view kind, std::string_view body) {
  const Result<json::Value> parsed = json::parse(body, json::kMaxStoredDepth);
  if (!parsed) return corrupt_task(parsed.error().message);
  if (kind == kKind<task::ApprovalTimer>) return read_task<task::ApprovalTimer>(*parsed);
  if (kind == kKind<task::TurnLapse>) return read_task<task::TurnLapse>(*parsed);
  if (kind == kKind<task::PolicyPublication>) return read_task<task::PolicyPublication>(*parsed);
  if (kind == kKind<task::Announcement>) return read_task<task::Announcement>(*parsed);
  if (kind == kKind<task::Delivery>) return read_task<task::Delivery>(*parsed);
  return corrupt_task("no such kind of task");
}

}  // namespace fermata::codec
