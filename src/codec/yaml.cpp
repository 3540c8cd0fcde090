#include "codec/yaml.hpp"

#include <yaml-cpp/depthguard.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include <set>
#include <sstream>

#include "base/utf8.hpp"

namespace fermata::codec {
namespace {

constexpr std::size_t kMaxBytes = 262'144;
constexpr std::size_t kMaxDepth = 32;
constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
constexpr const char* kTooDeep = "more than 32 levels of nesting";
constexpr const char* kNoAliases =
    "`*` and `&` begin an alias or an anchor in YAML; quote text that starts so, such as \"*\"";

// Positions for people: yaml-cpp counts bytes from 0, an editor characters from 1.
class Places {
 public:
  explicit Places(std::string_view source) {
    while (true) {
      const std::size_t end = source.find('\n');
      lines_.push_back(source.substr(0, end));
      if (end == std::string_view::npos) return;
      source.remove_prefix(end + 1);
    }
  }

  PolicyError error(const YAML::Mark& mark, std::string message) const {
    if (mark.is_null() || mark.line < 0) return {1, 1, std::move(message)};
    return {mark.line + 1, column(mark), std::move(message)};
  }

  int column(const YAML::Mark& mark) const {
    const auto line = static_cast<std::size_t>(mark.line);
    const auto bytes = static_cast<std::size_t>(mark.column);
    if (line >= lines_.size()) return mark.column + 1;
    return static_cast<int>(code_points(lines_[line].substr(0, bytes))) + 1;
  }

 private:
  std::vector<std::string_view> lines_;
};

// Builds the tree from yaml-cpp's events. After a fault in the structure it only listens.
class TreeBuilder final : public YAML::EventHandler {
 public:
  explicit TreeBuilder(const Places& places) : places_(places) {}

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (++documents_ == 2) refuse(mark, "a second document begins here; only one is read");
  }
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    add(mark, "", anchor, YamlNode::Kind::kNull);
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override { refuse(mark, kNoAliases); }
  void OnScalar(const YAML::Mark& mark,
                const std::string& tag,
                YAML::anchor_t anchor,
                const std::string& value) override {
    YamlNode* node = add(mark, tag, anchor, YamlNode::Kind::kScalar);
    if (node == nullptr) return;
    node->text = value;
    node->quoted = tag == "!";
  }

  void OnSequenceStart(const YAML::Mark& mark,
                       const std::string& tag,
                       YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    open(mark, tag, anchor, YamlNode::Kind::kList);
  }
  void OnSequenceEnd() override { close(); }
  void OnMapStart(const YAML::Mark& mark,
                  const std::string& tag,
                  YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    open(mark, tag, anchor, YamlNode::Kind::kMap);
  }
  void OnMapEnd() override { close(); }

  YamlDocument take() { return {std::move(root_), std::move(errors_)}; }
  bool empty() const { return documents_ == 0; }
  void refuse(const YAML::Mark& mark, const std::string& message) {
    if (!stopped_) errors_.push_back(places_.error(mark, message));
    stopped_ = true;
  }

 private:
  YamlNode* add(const YAML::Mark& mark,
                const std::string& tag,
                YAML::anchor_t anchor,
                YamlNode::Kind kind) {
    if (anchor != 0) refuse(mark, kNoAliases);
    if (!tag.empty() && tag != "?" && tag != "!") refuse(mark, "tags such as !!str are not read");
    if (stopped_) return nullptr;
    YamlNode* node = &root_;
    if (!open_.empty()) node = &open_.back()->children.emplace_back();
    node->kind = kind;
    node->line = mark.line + 1;
    node->column = places_.column(mark);
    if (kind == YamlNode::Kind::kNull && !open_.empty()) place_beside_key(*open_.back());
    return node;
  }

  // yaml-cpp notices that a value is missing at the next token, which may be lines below.
  static void place_beside_key(YamlNode& map) {
    const std::size_t count = map.children.size();
    if (map.kind != YamlNode::Kind::kMap || count % 2 == 1) return;
    const YamlNode& key = map.children[count - 2];
    YamlNode& value = map.children[count - 1];
    if (value.line == key.line) return;
    value.line = key.line;
    value.column = key.column;
  }

  // The parent's children do not move while one of them is open: they grow only after it is closed.
  void open(const YAML::Mark& mark,
            const std::string& tag,
            YAML::anchor_t anchor,
            YamlNode::Kind kind) {
    if (open_.size() == kMaxDepth) refuse(mark, kTooDeep);
    if (YamlNode* node = add(mark, tag, anchor, kind)) open_.push_back(node);
  }

  void close() {
    if (stopped_) return;
    if (open_.back()->kind == YamlNode::Kind::kMap) check_keys(*open_.back());
    open_.pop_back();
  }

  void check_keys(const YamlNode& map) {
    std::set<std::string_view> seen;
    for (std::size_t i = 0; i < map.children.size(); i += 2) {
      const YamlNode& key = map.children[i];
      std::string message;
      if (key.kind != YamlNode::Kind::kScalar) {
        message = "a key must be text";
      } else if (!seen.insert(key.text).second) {
        message = "\"" + key.text + "\" stands twice in this map; remove one of the two";
      } else {
        continue;
      }
      errors_.push_back({key.line, key.column, message});
    }
  }

  const Places& places_;
  YamlNode root_;
  std::vector<YamlNode*> open_;
  std::vector<PolicyError> errors_;
  bool stopped_ = false;
  int documents_ = 0;
};

PolicyError place_of(std::string_view source, std::size_t byte, std::string message) {
  const std::string_view before = source.substr(0, byte);
  const std::size_t line_start = before.rfind('\n') + 1;  // npos + 1 is 0.
  int lines = 1;
  for (const char c : before) lines += c == '\n' ? 1 : 0;
  return {lines, static_cast<int>(code_points(before.substr(line_start))) + 1, std::move(message)};
}

std::optional<PolicyError> unreadable(std::string_view source) {
  if (source.size() > kMaxBytes) return PolicyError{1, 1, "the file is larger than 256 KiB"};
  const std::size_t valid = valid_utf8_prefix(source);
  if (valid < source.size()) return place_of(source, valid, "not UTF-8; save the file as UTF-8");
  for (std::size_t i = 0; i < source.size(); ++i) {
    const auto byte = static_cast<unsigned char>(source[i]);
    const bool allowed = byte >= 0x20 || byte == '\t' || byte == '\n' || byte == '\r';
    if (!allowed || byte == 0x7f) return place_of(source, i, "a control character; remove it");
  }
  return std::nullopt;
}

// yaml-cpp's words, and ours where its do not help.
std::string cure(const YAML::Exception& error) {
  if (dynamic_cast<const YAML::DeepRecursion*>(&error) != nullptr) return kTooDeep;
  if (error.msg.find("alias") != std::string::npos) return kNoAliases;
  if (error.msg.find("anchor") != std::string::npos) return kNoAliases;
  return "not YAML here: " + error.msg;
}

}  // namespace

const YamlNode* YamlNode::find(std::string_view key) const {
  for (std::size_t i = 0; kind == Kind::kMap && i + 1 < children.size(); i += 2) {
    if (children[i].text == key) return &children[i + 1];
  }
  return nullptr;
}

YamlDocument read_yaml(std::string_view source) {
  if (auto error = unreadable(source)) return {{}, {*std::move(error)}};
  if (source.starts_with(kByteOrderMark)) source.remove_prefix(kByteOrderMark.size());
  const Places places(source);
  TreeBuilder builder(places);
  try {
    std::istringstream stream{std::string(source)};
    YAML::Parser parser(stream);
    // Two at most: for some texts, such as ", a", yaml-cpp finds documents without end.
    for (int document = 0; document < 2 && parser.HandleNextDocument(builder);) ++document;
  } catch (const YAML::Exception& error) {
    builder.refuse(error.mark, cure(error));
  } catch (const std::exception& error) {
    builder.refuse(YAML::Mark::null_mark(), std::string("cannot be read: ") + error.what());
  }
  if (builder.empty()) builder.refuse(YAML::Mark::null_mark(), "the file is empty");
  return builder.take();
}

}  // namespace fermata::codec
