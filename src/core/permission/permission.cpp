#include "core/permission/permission.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "base/assert.hpp"
#include "core/policy/conditions.hpp"

namespace fermata {
namespace {

constexpr std::int64_t kLongestMs = 366LL * 24 * 3600 * 1000;
constexpr std::size_t kMaxPredicates = 50;
constexpr std::size_t kBuckets = 128;

struct Named {
  std::string_view name;
  Operator op;
};
constexpr std::array<Named, 8> kOperators{{{"eq", Operator::kEq},
                                           {"lt", Operator::kLt},
                                           {"lte", Operator::kLte},
                                           {"gt", Operator::kGt},
                                           {"gte", Operator::kGte},
                                           {"in", Operator::kIn},
                                           {"not_in", Operator::kNotIn},
                                           {"glob", Operator::kGlob}}};

tl::unexpected<Error> bad(std::string message) {
  return fail(ErrorCode::kInvalid, "permission.bad_terms", std::move(message));
}

bool is_scalar(const json::Value& value) {
  return value.is_number() || value.as_string() != nullptr || value.as_bool() != nullptr;
}

// Ordering needs a number or text, a list its members, a pattern text.
bool fits(Operator op, const json::Value& operand) {
  switch (op) {
    case Operator::kIn:
    case Operator::kNotIn: {
      const json::Array* all = operand.as_array();
      return all != nullptr && !all->empty() && std::all_of(all->begin(), all->end(), is_scalar);
    }
    case Operator::kGlob:
      // Stars alone would be no predicate.
      return operand.as_string() != nullptr &&
             operand.as_string()->find_first_not_of('*') != std::string::npos;
    case Operator::kEq:
      return is_scalar(operand);
    default:
      return operand.is_number() || operand.as_string() != nullptr;
  }
}

Result<Condition> predicate(const std::string& argument,
                            const std::string& name,
                            const json::Value& operand) {
  const std::string at = std::string("when.").append(argument).append(".").append(name);
  const auto* known = std::find_if(
      kOperators.begin(), kOperators.end(), [&](const Named& one) { return one.name == name; });
  if (known == kOperators.end())
    return bad(at + ": there are eq, lt, lte, gt, gte, in, not_in, glob");
  if (!fits(known->op, operand)) return bad(at + ": that is no value for this operator");
  Condition condition;
  condition.argument = argument;
  condition.op = known->op;
  condition.operand = operand;
  return condition;
}

Result<std::vector<Condition>> predicates(const json::Object& when) {
  std::vector<Condition> all;
  for (const auto& [argument, operators] : when) {
    const json::Object* object = operators.as_object();
    if (argument.empty() || object == nullptr || object->empty())
      return bad("when." + argument + R"(: write an operator and a value, such as {"lte": 100})");
    for (const auto& [name, operand] : *object) {
      FERMATA_TRY(Condition condition, predicate(argument, name, operand));
      all.push_back(std::move(condition));
    }
  }
  if (all.empty())
    return bad("when: a permission never goes by the tool's name alone; say which arguments");
  if (all.size() > kMaxPredicates) return bad("when: at most 50 predicates");
  return all;
}

std::optional<Decimal> number_at(const std::string& path, const json::Object& arguments) {
  const json::Value* value = nullptr;
  const json::Object* object = &arguments;
  for (std::size_t from = 0; from <= path.size();) {
    const std::size_t end = std::min(path.find('.', from), path.size());
    if (object == nullptr) return std::nullopt;
    value = object->find(path.substr(from, end - from));
    if (value == nullptr) return std::nullopt;
    object = value->as_object();
    from = end + 1;
  }
  return value == nullptr ? std::nullopt : Decimal::of(*value);
}

bool is_lower(Operator op) { return op == Operator::kGt || op == Operator::kGte; }

// No amount below zero: it would give back what others have used.
std::optional<Decimal> added(const PermissionTerms& terms, const json::Object& arguments) {
  const auto amount = number_at(terms.sum_of, arguments);
  return amount && !amount->negative() ? amount : std::nullopt;
}

bool sum_allows(const Permission& permission, const json::Object& arguments) {
  const PermissionTerms& terms = *permission.terms;
  if (terms.sum_of.empty()) return true;
  const auto amount = added(terms, arguments);
  const auto most = Decimal::parse(terms.sum_most);
  const auto sum = amount ? permission.sum.plus(*amount) : std::nullopt;
  return sum && most && *sum <= *most;
}

bool is_bound(Operator op) {
  return op == Operator::kLt || op == Operator::kLte || op == Operator::kGt || op == Operator::kGte;
}

// Whether a value can lie within both.
bool overlap(const Condition& a, const Condition& b) {
  if (!is_bound(a.op) || !is_bound(b.op)) return true;
  if (a.operand.is_number() != b.operand.is_number()) return false;
  if (is_lower(a.op) == is_lower(b.op)) return true;
  const Condition& lower = is_lower(a.op) ? a : b;
  const Condition& upper = is_lower(a.op) ? b : a;
  const bool may_touch = lower.op == Operator::kGte && upper.op == Operator::kLte;
  const Condition below{"value", may_touch ? Operator::kLte : Operator::kLt, upper.operand};
  return holds(below, json::Object{{"value", lower.operand}}) == Truth::kTrue;
}

// Whether a value can be what `one` says and `others`, of the same argument, say too.
bool satisfiable(const Condition& one, const std::vector<const Condition*>& others) {
  if (one.op != Operator::kEq && one.op != Operator::kIn)
    return std::all_of(
        others.begin(), others.end(), [&](const Condition* other) { return overlap(one, *other); });
  const json::Array values =
      one.op == Operator::kIn ? *one.operand.as_array() : json::Array{one.operand};
  return std::any_of(values.begin(), values.end(), [&](const json::Value& value) {
    return std::all_of(others.begin(), others.end(), [&](const Condition* other) {
      const Condition about{"value", other->op, other->operand};
      return holds(about, json::Object{{"value", value}}) == Truth::kTrue;
    });
  });
}

// What nothing can satisfy was given in vain.
Result<void> check_satisfiable(const std::vector<Condition>& all) {
  for (const Condition& one : all) {
    std::vector<const Condition*> others;
    for (const Condition& other : all)
      if (other.argument == one.argument && &other != &one) others.push_back(&other);
    if (!satisfiable(one, others))
      return bad("when." + one.argument + ": no value is all that is said of it");
  }
  return {};
}

}  // namespace

bool PermissionUses::contains(const std::string& key, const std::string& hash) const {
  const Mark* mark = find(key);
  return mark != nullptr && mark->hash == sha256(hash);
}

const PermissionUses::Mark* PermissionUses::find(const std::string& key) const {
  if (buckets_->empty()) return nullptr;
  const Digest digest = sha256(key);
  const std::vector<Mark>& bucket = *(*buckets_)[digest[0] % kBuckets];
  const auto found = std::find_if(
      bucket.begin(), bucket.end(), [&](const Mark& mark) { return mark.key == digest; });
  return found == bucket.end() ? nullptr : &*found;
}

void PermissionUses::add(const std::string& key, const std::string& hash) {
  if (contains(key)) return;
  std::vector<Bucket>& buckets = buckets_.edit();
  buckets.resize(kBuckets);
  const Digest digest = sha256(key);
  buckets[digest[0] % kBuckets].edit().push_back({digest, sha256(hash)});
  ++size_;
}

std::int64_t permission_number(const std::string& id) {
  std::int64_t number = 0;
  if (!id.starts_with("pm_")) return 0;
  const char* end = id.data() + id.size();
  const auto read = std::from_chars(id.data() + 3, end, number);
  return read.ptr == end && number > 0 && id == "pm_" + std::to_string(number) ? number : 0;
}

// Where it is; the list's size for one that is not there.
std::size_t Permissions::place(const std::string& id) const {
  const std::int64_t number = permission_number(id);
  const auto found = std::lower_bound(
      all_.begin(), all_.end(), number, [](const Shared<Permission>& one, std::int64_t wanted) {
        return permission_number(one->id) < wanted;
      });
  return found != all_.end() && (*found)->id == id ? static_cast<std::size_t>(found - all_.begin())
                                                   : all_.size();
}

const Permission* Permissions::find(const std::string& id) const {
  const std::size_t at = place(id);
  return at == all_.size() ? nullptr : &*all_[at];
}

const Permission& Permissions::at(const std::string& id) const {
  const Permission* found = find(id);
  FERMATA_ASSERT(found != nullptr, "the permission is there");
  return *found;
}

Permission& Permissions::edit(const std::string& id) {
  const std::size_t at = place(id);
  FERMATA_ASSERT(at < all_.size(), "the permission is there");
  return all_.edit()[at].edit();
}

void Permissions::tidy(TimeMs now, std::size_t most) {
  if (all_.size() >= most)
    std::erase_if(all_.edit(), [&](const Shared<Permission>& one) {
      return status(*one, now) != PermissionStatus::kStanding;
    });
  const auto is_spent = [&](const Shared<Permission>& one) {
    return one->is_over(now) && one->uses.size() > 0;
  };
  if (std::none_of(all_.begin(), all_.end(), is_spent)) return;
  for (Shared<Permission>& one : all_.edit()) {
    if (!is_spent(one)) continue;
    one.edit().ended = true;
    one.edit().uses = {};
  }
}

PermissionStatus status(const Permission& permission, TimeMs now) {
  if (permission.revoked_at) return PermissionStatus::kRevoked;
  if (permission.is_over(now)) return PermissionStatus::kEnded;
  return permission.used >= permission.terms->calls ? PermissionStatus::kUsedUp
                                                    : PermissionStatus::kStanding;
}

std::string to_string(PermissionStatus status) {
  switch (status) {
    case PermissionStatus::kStanding:
      return "standing";
    case PermissionStatus::kUsedUp:
      return "used_up";
    case PermissionStatus::kEnded:
      return "ended";
    case PermissionStatus::kRevoked:
      return "revoked";
  }
  FERMATA_ASSERT(false, "a permission's status is one of four");
}

std::string use_key(const std::string& workflow, const std::string& call_key, std::int64_t epoch) {
  return workflow + "/" + std::to_string(epoch) + "/" + call_key;
}

Result<void> check_terms(const PermissionTerms& terms, TimeMs now, std::int64_t most_bytes) {
  if (terms.tool.empty() || terms.tool.find('*') != std::string::npos)
    return bad("tool: a permission is about one tool, by its whole name");
  if (terms.agent.empty()) return bad("agent: say which agent it is for");
  if (terms.until <= now) return bad("until: it must end in the future");
  if (terms.until - now > kLongestMs) return bad("until: at most a year from now");
  if (terms.calls < 1 || terms.calls > kMaxPermittedCalls) return bad("calls: from 1 to 10000");
  if (terms.sum_of.empty() != terms.sum_most.empty())
    return bad("sum: name the argument to add up, and the most it may come to");
  if (!terms.sum_of.empty()) {
    const auto most = Decimal::parse(terms.sum_most);
    if (!most || *most <= Decimal()) return bad("sum: the most must be a decimal above 0");
  }
  if (json::write(terms.when).size() > static_cast<std::size_t>(most_bytes))
    return fail(ErrorCode::kInvalid,
                "permission.too_large",
                "when: at most " + std::to_string(most_bytes) +
                    " bytes (limits.permission_bytes); a rule of the policy says more");
  FERMATA_TRY(const std::vector<Condition> checked, predicates(terms.when));
  return check_satisfiable(checked);
}

std::vector<Condition> conditions_of(const PermissionTerms& terms) {
  auto read = predicates(terms.when);
  return read ? *std::move(read) : std::vector<Condition>{};
}

bool covers(const Permission& permission, const PermittedCall& call, TimeMs now) {
  const PermissionTerms& terms = *permission.terms;
  if (status(permission, now) != PermissionStatus::kStanding) return false;
  if (terms.tool != call.tool || terms.agent != call.agent ||
      terms.definition_hash != call.definition_hash)
    return false;
  const std::vector<Condition>& all = *permission.conditions;
  const bool fitting =
      !all.empty() && std::all_of(all.begin(), all.end(), [&](const Condition& condition) {
        return holds(condition, call.arguments) == Truth::kTrue;
      });
  return fitting && sum_allows(permission, call.arguments);
}

std::string amount_of(const PermissionTerms& terms, const json::Object& arguments) {
  if (terms.sum_of.empty()) return {};
  const auto amount = added(terms, arguments);
  return amount ? amount->text() : std::string();
}

}  // namespace fermata
