#include "core/policy/variants.hpp"

#include <algorithm>
#include <limits>

#include "core/policy/cases.hpp"

namespace fermata {
namespace {

constexpr std::size_t kMostOfList = 5;
constexpr TimeMs kMinuteMs = 60'000;

Variant with(std::string path, json::Value value) {
  return [path = std::move(path), value = std::move(value)](PolicyInput& input) {
    set_argument(input, path, value);
  };
}

json::Value other_than(const json::Value& value) {
  if (const bool* flag = value.as_bool()) return !*flag;
  if (const std::int64_t* whole = value.as_int())
    return *whole < std::numeric_limits<std::int64_t>::max() ? *whole + 1 : *whole - 1;
  if (const double* number = value.as_double()) return *number + 1;
  return value.as_string() == nullptr ? json::Value("other") : *value.as_string() + "-other";
}

// Just below, at and just above, written as `limit` is.
std::vector<json::Value> around(const json::Value& limit) {
  const auto exact = Decimal::of(limit);
  if (!exact) return {limit, other_than(limit)};
  std::vector<json::Value> values = {limit};
  for (const char* step : {"-1", "-0.01", "0.01", "1"}) {
    const auto moved = exact->plus(*Decimal::parse(step));
    const auto number = moved ? json::parse(moved->text()) : Result<json::Value>(limit);
    if (number) values.push_back(*number);
  }
  return values;
}

std::vector<json::Value> texts_around(const Decimal& limit) {
  std::vector<json::Value> values;
  for (const char* step : {"0.01", "0", "-0.01"})
    if (const auto moved = limit.plus(*Decimal::parse(step)))
      if (auto number = json::parse(moved->text())) values.push_back(*std::move(number));
  return values;
}

std::vector<json::Value> values_of(const Condition& condition) {
  const json::Value& operand = condition.operand;
  std::vector<json::Value> values;
  if (const json::Array* list = operand.as_array()) {
    for (std::size_t i = 0; i < list->size() && i < kMostOfList; ++i) values.push_back((*list)[i]);
    if (!list->empty()) values.push_back(other_than(list->back()));
    return values;
  }
  switch (condition.op) {
    case Operator::kEq:
    case Operator::kNe:
      return {operand, other_than(operand)};
    case Operator::kGlob:
      return {like(*operand.as_string()), "other"};
    case Operator::kExists:
      return {"given"};
    default:
      return around(operand);
  }
}

// The argument is made equal to what it is compared with, and then more and less.
std::vector<Variant> variants_of_reference(const Condition& condition) {
  const std::string path = condition.argument, name = *condition.operand.as_string();
  if (condition.from == OperandFrom::kArgument) {
    std::vector<Variant> made;
    for (const int value : {9, 10, 11})
      made.push_back([path, name, value](PolicyInput& input) {
        set_argument(input, name, 10);
        set_argument(input, path, value);
      });
    return made;
  }
  const auto as = [path, name](const std::string& end) -> Variant {
    return [path, name, end](PolicyInput& input) {
      std::string& known = name == "agent" ? input.agent : input.on_behalf_of;
      if (known.empty() && name != "tool") known = "somebody";
      set_argument(input, path, (name == "tool" ? input.tool : known) + end);
    };
  };
  return {as(""), as("-other")};
}

// Values for one field of a schema, those that fit it first.
std::vector<json::Value> values_of_field(const json::Value& field) {
  std::vector<json::Value> values;
  if (!field["const"].is_null()) values = {field["const"], other_than(field["const"])};
  if (const json::Array* list = field["enum"].as_array())
    for (std::size_t i = 0; i < list->size() && i < kMostOfList; ++i) values.push_back((*list)[i]);
  for (const char* bound : {"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"})
    if (field[bound].is_number())
      for (json::Value& value : around(field[bound])) values.push_back(std::move(value));
  const std::string type = field.string_or("type");
  if (type == "integer" || type == "number") values.emplace_back(1);
  if (type == "boolean") values.insert(values.end(), {true, false});
  if (type == "string") values.emplace_back("text");
  if (type == "array") values.emplace_back(json::Array{});
  if (type == "object") values.emplace_back(json::Object{});
  return values;
}

std::vector<Variant> variants(const ArgumentsFit& wanted, const Rates&) {
  std::vector<Variant> made;
  const json::Object* fields = wanted.schema["properties"].as_object();
  if (fields == nullptr) return made;
  made.push_back([fields = *fields](PolicyInput& input) {
    for (const auto& [name, field] : fields) {
      const auto values = values_of_field(field);
      if (!values.empty()) input.arguments.set(name, values.front());
    }
  });
  for (const auto& [name, field] : *fields)
    for (json::Value& value : values_of_field(field)) made.push_back(with(name, std::move(value)));
  return made;
}

std::vector<Variant> variants(const AgentIs& wanted, const Rates&) {
  std::vector<Variant> made;
  for (std::size_t i = 0; i < wanted.patterns.size() && i < kMostOfList; ++i)
    made.push_back([name = like(wanted.patterns[i])](PolicyInput& input) { input.agent = name; });
  made.push_back([](PolicyInput& input) { input.agent = "another-agent"; });
  return made;
}

std::vector<Variant> variants(const TagsAre& wanted, const Rates&) {
  std::vector<std::string> all = wanted.all;
  if (!wanted.any.empty()) all.push_back(wanted.any.front());
  return {[all](PolicyInput& input) { input.tags = all; },
          [](PolicyInput& input) { input.tags.clear(); }};
}

std::vector<Variant> variants(const TimeOfDay& wanted, const Rates&) {
  // kTimeOfCases is the noon of a Monday, UTC.
  const TimeMs monday = kTimeOfCases - TimeMs{12} * 60 * kMinuteMs - wanted.offset * kMinuteMs;
  std::vector<Variant> made;
  for (int day = 0; day < 7; ++day) {
    const TimeMs midnight = monday + TimeMs{day} * TimeOfDay::kMinutesPerDay * kMinuteMs;
    for (const int minute : {wanted.from, wanted.from - 1, wanted.to - 1, wanted.to})
      made.push_back(
          [now = midnight + minute * kMinuteMs](PolicyInput& input) { input.now = now; });
  }
  return made;
}

std::vector<Variant> variants(const CallNumber& wanted, const Rates&) {
  std::vector<Variant> made;
  const auto add = [&](std::int64_t number) {
    if (number >= 1) made.push_back([number](PolicyInput& input) { input.calls = number - 1; });
  };
  add(wanted.from);
  add(wanted.from - 1);
  if (wanted.to) add(*wanted.to);
  if (wanted.to) add(*wanted.to + 1);
  return made;
}

std::vector<Variant> variants(const SumIs& wanted, const Rates&) {
  std::vector<Variant> made;
  for (json::Value& value : texts_around(wanted.limit))
    made.push_back([of = wanted.of, value = std::move(value)](PolicyInput& input) {
      set_argument(input, of, value);
      input.calls = std::max<std::int64_t>(input.calls, 1);
      input.sums[of] = Decimal{};
    });
  return made;
}

std::vector<Variant> variants(const MoneyIs& wanted, const Rates& rates) {
  std::vector<Variant> made;
  for (json::Value& value : texts_around(wanted.limit))
    made.push_back([wanted, value = std::move(value)](PolicyInput& input) {
      set_argument(input, wanted.amount, value);
      set_argument(input, wanted.currency, wanted.limit_currency);
    });
  const auto limit = json::parse(wanted.limit.text());
  std::vector<std::string> currencies = {rates.base, "ZZZ"};
  for (const auto& [name, rate] : rates.in_base)
    if (currencies.size() < 2 + kMostOfList) currencies.push_back(name);
  for (const std::string& currency : currencies)
    if (!currency.empty() && limit)
      made.push_back([wanted, currency, value = *limit](PolicyInput& input) {
        set_argument(input, wanted.amount, value);
        set_argument(input, wanted.currency, currency);
      });
  return made;
}

}  // namespace

std::vector<Variant> variants_of(const Condition& condition) {
  if (condition.from != OperandFrom::kPolicy) return variants_of_reference(condition);
  std::vector<Variant> made;
  for (json::Value& value : values_of(condition))
    made.push_back(with(condition.argument, std::move(value)));
  made.push_back([path = condition.argument](PolicyInput& input) {
    input.arguments.erase(path.substr(0, path.find('.')));
  });
  return made;
}

std::vector<Variant> variants_of(const Circumstance& circumstance, const Rates& rates) {
  return std::visit([&](const auto& one) { return variants(one, rates); }, circumstance);
}

void set_argument(PolicyInput& input, const std::string& path, json::Value value) {
  json::Object* object = &input.arguments;
  std::size_t from = 0;
  for (std::size_t dot = path.find('.'); dot != std::string::npos; dot = path.find('.', from)) {
    const std::string name = path.substr(from, dot - from);
    if (object->find(name) == nullptr) object->set(name, json::Object{});
    json::Value next = *object->find(name);
    object = object->set(name, std::move(next)).as_object();
    if (object == nullptr) return;
    from = dot + 1;
  }
  object->set(path.substr(from), std::move(value));
}

std::string like(const std::string& pattern) {
  std::string text;
  for (const char c : pattern) text += c == '*' ? 'x' : c;
  return text;
}

}  // namespace fermata
