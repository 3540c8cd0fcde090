#pragma once

// A standing permission: people's yes in advance, to calls of one tool that fit its predicates.
//
// It is no second way round the policy. A call that the policy denies stays denied; one that it
// asks people about runs without asking if those who agreed to the permission would, as approvers
// of that very call here and now, be enough (P1, P3). It never goes by a tool's name alone, ends at
// a time, after so many calls and at a sum, and binds the tool's definition: with another one it
// covers nothing. Every use is an event, before the call may start; so it is counted once, whatever
// crashes. Only people give one, and any person may end it at once.

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/decimal.hpp"
#include "base/hash.hpp"
#include "base/json.hpp"
#include "base/result.hpp"
#include "base/shared.hpp"
#include "base/time.hpp"
#include "core/policy/policy.hpp"

namespace fermata {

inline constexpr std::int64_t kMaxPermittedCalls = 10'000;

struct PermissionTerms {
  std::string tool, definition_hash;
  std::string agent;
  json::Object when;  // {argument: {operator: value}}, as in a policy's rule.
  TimeMs until = 0;
  std::int64_t calls = 1;  // At most.
  std::string sum_of;      // The argument that is added up; or empty.
  std::string sum_most;    // At most; a Decimal.
  friend bool operator==(const PermissionTerms&, const PermissionTerms&) = default;
};

// Which calls have used a permission, each bound to its H. Of each only digests: what the use was
// stands in the stream.
class PermissionUses {
 public:
  std::size_t size() const { return size_; }
  bool contains(const std::string& key) const { return find(key) != nullptr; }
  bool contains(const std::string& key, const std::string& hash) const;
  void add(const std::string& key, const std::string& hash);

 private:
  struct Mark {
    Digest key, hash;
  };
  using Bucket = Shared<std::vector<Mark>>;  // So that one more use copies one of them.

  const Mark* find(const std::string& key) const;

  Shared<std::vector<Bucket>> buckets_;
  std::size_t size_ = 0;
};

struct Permission {
  std::string id;
  Shared<PermissionTerms> terms;
  // What `when` says; empty covers nothing.
  Shared<std::vector<Condition>> conditions;
  std::string reason;
  std::vector<std::string> people;  // Who agreed to it; the first one gave it.
  TimeMs at = 0;
  std::optional<TimeMs> revoked_at;
  std::string revoked_by, revoke_reason;
  Decimal sum;
  std::int64_t used = 0;                     // Calls.
  std::int64_t first_use = 0, last_use = 0;  // Versions of their events in the directory's stream.
  PermissionUses uses;                       // By use_key(); none any more when it has ended.
  bool ended = false;                        // Its time was over when `uses` was forgotten.

  bool is_over(TimeMs now) const { return revoked_at || ended || now >= terms->until; }
};

// Those of a tenant in the order in which they were given, which is that of their numbers.
class Permissions {
 public:
  const std::vector<Shared<Permission>>& all() const { return *all_; }
  const Permission* find(const std::string& id) const;  // nullptr: there is none.
  const Permission& at(const std::string& id) const;    // It is there, as in edit().
  Permission& edit(const std::string& id);
  void add(Permission permission) { all_.push_back(std::move(permission)); }
  // Forgets what nothing is decided by any more: the uses of those that have ended, and of those
  // that do not stand the whole, when there are more than `most`.
  void tidy(TimeMs now, std::size_t most);

 private:
  std::size_t place(const std::string& id) const;
  SharedList<Shared<Permission>> all_;
};

// What "pm_12" is: 12; 0 for what is no such id.
std::int64_t permission_number(const std::string& id);

enum class PermissionStatus { kStanding, kUsedUp, kEnded, kRevoked };
PermissionStatus status(const Permission& permission, TimeMs now);
std::string to_string(PermissionStatus status);

// The call on its branch: after a rollback it is another use.
std::string use_key(const std::string& workflow, const std::string& call_key, std::int64_t epoch);

// kInvalid permission.bad_terms: no predicate, no end, a limit that cannot be.
// kInvalid permission.too_large: `when` is longer than most_bytes, as JSON.
Result<void> check_terms(const PermissionTerms& terms, TimeMs now, std::int64_t most_bytes);
// Its predicates, read once; empty for what check_terms() refuses.
std::vector<Condition> conditions_of(const PermissionTerms& terms);

// Of a call, what a permission looks at.
struct PermittedCall {
  const std::string& tool;
  const std::string& definition_hash;
  const std::string& agent;
  const json::Object& arguments;
};
// Whether the terms, what is left of the limits included, cover one more call like this.
bool covers(const Permission& permission, const PermittedCall& call, TimeMs now);
// What it would add to the sum; nothing where no sum is kept.
std::string amount_of(const PermissionTerms& terms, const json::Object& arguments);

}  // namespace fermata
