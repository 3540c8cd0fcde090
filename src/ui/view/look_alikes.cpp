// Letters of one script that look like those of another.

#include <algorithm>
#include <array>
#include <optional>
#include <set>
#include <utility>

#include "base/utf8.hpp"
#include "ui/view/visible.hpp"

namespace fermata::ui {
namespace {

enum class Script { kNone, kLatin, kGreek, kCyrillic, kArmenian, kCherokee, kPhonetic, kStyled };

struct Block {
  char32_t from, to;
  Script script;
};
constexpr std::array kBlocks = {
    Block{'A', 'Z', Script::kLatin},          Block{'a', 'z', Script::kLatin},
    Block{0xC0, 0xD6, Script::kLatin},        Block{0xD8, 0xF6, Script::kLatin},
    Block{0xF8, 0x24F, Script::kLatin},       Block{0x250, 0x2AF, Script::kPhonetic},
    Block{0x370, 0x3FF, Script::kGreek},      Block{0x400, 0x52F, Script::kCyrillic},
    Block{0x531, 0x587, Script::kArmenian},   Block{0x13A0, 0x13FD, Script::kCherokee},
    Block{0x1D00, 0x1DBF, Script::kPhonetic}, Block{0x1E00, 0x1EFF, Script::kLatin},
    Block{0x1F00, 0x1FFF, Script::kGreek},    Block{0x2100, 0x214F, Script::kStyled},
    Block{0x2160, 0x2188, Script::kStyled},   Block{0x24B6, 0x24E9, Script::kStyled},
    Block{0x2C60, 0x2C7F, Script::kPhonetic}, Block{0xA640, 0xA69F, Script::kCyrillic},
    Block{0xAB70, 0xABBF, Script::kCherokee}, Block{0xFF10, 0xFF19, Script::kStyled},
    Block{0xFF21, 0xFF3A, Script::kStyled},   Block{0xFF41, 0xFF5A, Script::kStyled},
    Block{0x1D400, 0x1D7FF, Script::kStyled}, Block{0x1F130, 0x1F189, Script::kStyled},
};

// Of other scripts, those that pass for Latin ones in most fonts. Ascending.
constexpr std::u32string_view kLikeLatin =
    U"ΑΒΕΖΗΙΚΜΝΟΡΤΥΧανορϲϳЅІЈАВЕКМНОРСТУХаеорсухѕіјѵһӀӏԁԚԛԜԝհոսօ";

Script script_of(char32_t point) {
  for (const Block& block : kBlocks)
    if (block.from <= point && point <= block.to) return block.script;
  return Script::kNone;
}

std::string_view name_of(Script script) {
  switch (script) {
    case Script::kLatin:
      return "Latin";
    case Script::kGreek:
      return "Greek";
    case Script::kCyrillic:
      return "Cyrillic";
    case Script::kArmenian:
      return "Armenian";
    case Script::kCherokee:
      return "Cherokee";
    case Script::kPhonetic:
      return "phonetic";
    case Script::kStyled:
      return "styled";
    case Script::kNone:
      break;
  }
  return "other";
}

bool like_latin(char32_t point) {
  return std::binary_search(kLikeLatin.begin(), kLikeLatin.end(), point);
}

struct Word {
  std::string text;
  std::set<Script> scripts;
  bool all_like_latin = true;
  char32_t stranger = 0;  // The first letter that is not Latin.
};

struct Words {
  std::vector<Word> words;
  std::set<Script> distinct;  // Scripts with a letter that passes for no Latin one.
};

Words words_of(std::string_view text) {
  Words found;
  std::optional<Word> word;
  while (!text.empty()) {
    const CodePoint point = first_code_point(text);
    const Script script = point.valid ? script_of(point.value) : Script::kNone;
    if (script == Script::kNone) {
      if (word) found.words.push_back(std::exchange(word, std::nullopt).value());
    } else {
      if (!word) word.emplace();
      word->text += text.substr(0, point.bytes);
      word->scripts.insert(script);
      if (script != Script::kLatin && word->stranger == 0) word->stranger = point.value;
      if (!like_latin(point.value)) {
        word->all_like_latin = false;
        found.distinct.insert(script);
      }
    }
    text.remove_prefix(point.bytes);
  }
  if (word) found.words.push_back(*std::move(word));
  return found;
}

std::string code_of(char32_t point) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string out;
  for (; point != 0 || out.size() < 4; point >>= 4U) out.insert(out.begin(), kDigits[point & 0xFU]);
  return "U+" + out;
}

std::string sentence_on(const Word& word, const std::set<Script>& distinct) {
  constexpr std::size_t kMostCharacters = 40;
  const std::string quoted = "'" + shortened(visible_line(word.text).text, kMostCharacters) + "'";
  std::string letter;
  if (word.stranger != 0) append_utf8(letter, word.stranger);
  const std::string place = ": " + letter + " is " + code_of(word.stranger);
  if (word.scripts.count(Script::kStyled) > 0)
    return quoted + " is written in styled forms of letters or digits" + place;
  if (word.scripts.size() > 1) {
    std::string names;
    for (const Script script : word.scripts)
      names.append(names.empty() ? "" : " and ").append(name_of(script));
    return quoted + " mixes " + names + " letters" + place;
  }
  const Script script = *word.scripts.begin();
  if (script == Script::kLatin || !word.all_like_latin || distinct.count(script) > 0) return {};
  return quoted + " looks like Latin letters, but is " + std::string(name_of(script)) + place;
}

}  // namespace

std::vector<std::string> look_alikes(std::string_view text) {
  constexpr std::size_t kMost = 3;
  // Most texts have nothing but ASCII.
  const bool plain = std::all_of(
      text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
  std::vector<std::string> told;
  if (plain) return told;
  const Words found = words_of(text);
  for (const Word& word : found.words) {
    std::string sentence = sentence_on(word, found.distinct);
    const bool is_new = std::find(told.begin(), told.end(), sentence) == told.end();
    if (!sentence.empty() && is_new) told.push_back(std::move(sentence));
    if (told.size() == kMost) break;
  }
  return told;
}

}  // namespace fermata::ui
