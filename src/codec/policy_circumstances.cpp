// Of a rule: what it looks at beside single arguments. And the policy's rates.

#include <algorithm>
#include <array>
#include <charconv>

#include "codec/policy_reader.hpp"
#include "core/form/form.hpp"

namespace fermata::codec {
namespace {

using Kind = YamlNode::Kind;

constexpr std::size_t kMaxNames = 100;
constexpr std::size_t kMaxRates = 200;
constexpr std::int64_t kMaxCallNumber = 100'000;
constexpr int kMaxOffset = 18 * 60;
constexpr std::array<std::string_view, 7> kDays = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};
constexpr std::array<std::pair<std::string_view, Bound>, 4> kBounds = {
    {{"above", Bound::kAbove},
     {"at_least", Bound::kAtLeast},
     {"below", Bound::kBelow},
     {"at_most", Bound::kAtMost}}};

bool is_currency(std::string_view text) {
  return text.size() == 3 &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
}

std::optional<int> two_digits(std::string_view text) {
  int number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool whole = error == std::errc() && end == text.data() + text.size();
  return whole && text.size() == 2 && number >= 0 ? std::optional<int>(number) : std::nullopt;
}

// 09:30; 24:00 as the very end of a day.
std::optional<int> minutes_of(std::string_view text) {
  if (text.size() != 5 || text[2] != ':') return std::nullopt;
  const auto hours = two_digits(text.substr(0, 2)), minutes = two_digits(text.substr(3));
  if (!hours || !minutes || *minutes > 59) return std::nullopt;
  const int all = *hours * 60 + *minutes;
  return all <= TimeOfDay::kMinutesPerDay ? std::optional<int>(all) : std::nullopt;
}

// The node that a JSON pointer into its value names, or the last one on the way.
const YamlNode& node_at(const YamlNode& root, std::string_view pointer) {
  const YamlNode* node = &root;
  while (!pointer.empty()) {
    pointer.remove_prefix(1);
    const std::size_t end = std::min(pointer.find('/'), pointer.size());
    const YamlNode* next = node->find(pointer.substr(0, end));
    if (next == nullptr) break;
    node = next;
    pointer.remove_prefix(end);
  }
  return *node;
}

}  // namespace

std::vector<Circumstance> PolicyReader::circumstances(const YamlNode& rule) {
  std::vector<Circumstance> made;
  if (const YamlNode* schema = rule.find("arguments")) made.emplace_back(arguments_fit(*schema));
  if (const YamlNode* agents = rule.find("agents"))
    made.emplace_back(AgentIs{names(*agents, "agents")});
  const YamlNode *all = rule.find("tags"), *any = rule.find("any_tags");
  if (all != nullptr || any != nullptr) {
    TagsAre tags;
    if (all != nullptr) tags.all = names(*all, "tags");
    if (any != nullptr) tags.any = names(*any, "any_tags");
    made.emplace_back(std::move(tags));
  }
  if (const YamlNode* time = rule.find("time")) made.emplace_back(time_of_day(*time));
  if (const YamlNode* calls = rule.find("calls")) made.emplace_back(call_number(*calls));
  if (const YamlNode* sum = rule.find("sum")) sums(*sum, made);
  if (const YamlNode* money = rule.find("money")) moneys(*money, made);
  return made;
}

// Without its type a field would let text pass where a number is limited, and one that is not
// required would pass by being left out.
void PolicyReader::require_types(const YamlNode& schema) {
  if (schema.kind != Kind::kMap) return;
  if (schema.find("type") == nullptr)
    refuse(schema, "give this field its type; another type would pass unseen");
  if (const YamlNode* items = schema.find("items")) require_types(*items);
  const YamlNode* fields = schema.find("properties");
  const YamlNode* required = schema.find("required");
  for (std::size_t i = 0; fields != nullptr && i < fields->children.size(); i += 2) {
    const YamlNode& name = fields->children[i];
    require_types(fields->children[i + 1]);
    const bool listed = required != nullptr &&
                        std::any_of(required->children.begin(),
                                    required->children.end(),
                                    [&](const YamlNode& one) { return one.text == name.text; });
    if (!listed)
      refuse(name,
             "list " + json::write(name.text) + " in required; left out it would pass unseen");
  }
}

ArgumentsFit PolicyReader::arguments_fit(const YamlNode& node) {
  ArgumentsFit made;
  if (node.kind != Kind::kMap) {
    refuse(node, "arguments must be a JSON Schema, such as {type: object, required: [amount]}");
    return made;
  }
  const std::size_t before = errors_.size();
  made.schema = tree(node);
  require_types(node);
  if (errors_.size() > before) return made;
  const auto checked = form::check_schema(made.schema);
  constexpr std::string_view kForm = "the form's ";
  if (!checked)
    refuse(node_at(node, checked.error().detail), checked.error().message.substr(kForm.size()));
  return made;
}

std::vector<std::string> PolicyReader::names(const YamlNode& node, std::string_view what) {
  std::vector<std::string> made;
  if (node.kind != Kind::kList || node.children.empty() || node.children.size() > kMaxNames) {
    refuse(node, std::string(what) + " must be a list of 1 to 100 names");
    return made;
  }
  for (const YamlNode& one : node.children) made.push_back(text(one, what));
  return made;
}

int PolicyReader::clock(const YamlNode& node, std::string_view what) {
  const auto minutes =
      node.kind == Kind::kScalar ? minutes_of(node.text) : std::optional<int>(std::nullopt);
  if (!minutes) refuse(node, std::string(what) + " must be a time of day such as \"09:00\"");
  return minutes.value_or(0);
}

TimeOfDay PolicyReader::time_of_day(const YamlNode& node) {
  TimeOfDay made;
  if (!map(node, "time", {"days", "from", "to", "offset"}, {"offset"})) return made;
  if (const YamlNode* days = node.find("days")) {
    made.days = 0;
    for (const std::string& name : names(*days, "days")) {
      const auto* const known = std::find(kDays.begin(), kDays.end(), name);
      if (known == kDays.end())
        refuse(*days, "days must be of mon, tue, wed, thu, fri, sat, sun");
      else
        made.days |= 1U << static_cast<unsigned>(known - kDays.begin());
    }
  }
  const YamlNode *from = node.find("from"), *to = node.find("to"), *offset = node.find("offset");
  if (from != nullptr) made.from = clock(*from, "from");
  if (to != nullptr) made.to = clock(*to, "to");
  if (made.from == made.to || made.from == TimeOfDay::kMinutesPerDay)
    refuse(node, "from and to are the same moment; leave both out for whole days");
  if (offset == nullptr) return made;
  const std::string_view given = offset->text;
  const bool signed_offset = given.starts_with('+') || given.starts_with('-');
  const auto minutes = signed_offset ? minutes_of(given.substr(1)) : std::nullopt;
  if (!minutes || *minutes > kMaxOffset)
    refuse(*offset, "offset must be a distance from UTC such as \"+01:00\"");
  else
    made.offset = given.starts_with('-') ? -*minutes : *minutes;
  return made;
}

CallNumber PolicyReader::call_number(const YamlNode& node) {
  CallNumber made;
  if (!map(node, "calls", {"from", "to"}, {})) return made;
  const YamlNode *from = node.find("from"), *to = node.find("to");
  if (from == nullptr && to == nullptr) refuse(node, "calls needs from, to or both");
  if (from != nullptr) made.from = whole(*from, "from", 1, kMaxCallNumber);
  if (to != nullptr) made.to = whole(*to, "to", made.from, kMaxCallNumber);
  return made;
}

std::string PolicyReader::path(const YamlNode& map_node, std::string_view key) {
  const YamlNode* node = map_node.find(key);
  return node == nullptr ? std::string() : text(*node, key);
}

Decimal PolicyReader::decimal(const YamlNode& node, std::string_view what, std::string_view given) {
  const auto number = Decimal::parse(given);
  if (!number || number->negative())
    refuse(node,
           std::string(what) +
               " must be a plain decimal from 0 on, with up to 18 digits and 9 behind the point");
  return number.value_or(Decimal{});
}

void PolicyReader::sums(const YamlNode& node, std::vector<Circumstance>& into) {
  if (!map(node, "sum", {"of", "above", "at_least", "below", "at_most"}, {"of"})) return;
  bool bounded = false;
  for (const auto& [name, bound] : kBounds) {
    const YamlNode* limit = node.find(name);
    if (limit == nullptr) continue;
    bounded = true;
    into.emplace_back(SumIs{path(node, "of"), bound, decimal(*limit, name, limit->text)});
  }
  if (!bounded) refuse(node, "sum needs above, at_least, below or at_most");
}

void PolicyReader::moneys(const YamlNode& node, std::vector<Circumstance>& into) {
  const Names known = {"amount", "currency", "above", "at_least", "below", "at_most"};
  if (!map(node, "money", known, {"amount", "currency"})) return;
  bool bounded = false;
  for (const auto& [name, bound] : kBounds) {
    const YamlNode* limit = node.find(name);
    if (limit == nullptr) continue;
    bounded = true;
    const std::string_view given = limit->text;
    const std::size_t blank = std::min(given.find(' '), given.size());
    const std::string currency(given.substr(std::min(blank + 1, given.size())));
    if (!is_currency(currency)) {
      refuse(*limit, std::string(name) + " must be an amount and a currency, such as \"1000 EUR\"");
      continue;
    }
    if (!rates_.base.empty() && currency != rates_.base && !rates_.in_base.contains(currency))
      refuse(*limit, "rates has no " + currency);
    into.emplace_back(MoneyIs{path(node, "amount"),
                              path(node, "currency"),
                              bound,
                              decimal(*limit, name, given.substr(0, blank)),
                              currency});
  }
  if (!bounded) refuse(node, "money needs above, at_least, below or at_most");
}

void PolicyReader::rates(const YamlNode& node) {
  const YamlNode* base = node.find("base");
  if (base == nullptr || !is_currency(base->text) || node.children.size() > 2 * kMaxRates)
    return refuse(node,
                  "rates must be a map of at most 200, such as {base: EUR, USD: \"0.92\"}: "
                  "one USD is 0.92 EUR");
  rates_.base = base->text;
  for (std::size_t i = 0; i < node.children.size(); i += 2) {
    const YamlNode &name = node.children[i], &rate = node.children[i + 1];
    if (name.text == "base") continue;
    if (!is_currency(name.text) || name.text == rates_.base) {
      refuse(name, "must be a currency other than the base, in three capital letters");
      continue;
    }
    const Decimal value = decimal(rate, name.text, rate.text);
    if (value == Decimal{}) refuse(rate, "a rate is above 0");
    rates_.in_base[name.text] = value;
  }
}

json::Value PolicyReader::tree(const YamlNode& node) {
  if (node.kind == Kind::kList) {
    json::Array list;
    for (const YamlNode& one : node.children) list.push_back(tree(one));
    return list;
  }
  if (node.kind == Kind::kMap) {
    json::Object object;
    for (std::size_t i = 0; i < node.children.size(); i += 2)
      object.set(node.children[i].text, tree(node.children[i + 1]));
    return object;
  }
  if (node.kind == Kind::kNull) return {};
  auto read = scalar_value(node);
  if (auto* given = std::get_if<json::Value>(&read)) return std::move(*given);
  refuse(node, std::get<std::string>(std::move(read)));
  return {};
}

}  // namespace fermata::codec
