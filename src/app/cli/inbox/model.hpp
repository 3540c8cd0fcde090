#pragma once

// The inbox as a machine: what it knows, and what follows from a key or from news of the server.
//
//   update(state, input) -> what is wanted of the world: a list, a request, a decision to be sent
//
// No clock, no terminal, no network: time comes in with a Tick, answers come in as News, and the
// shell (inbox.cpp) does what is wanted. A decision leaves with the hash of what stood on the
// screen when it was begun (P5); whatever happens meanwhile, what was typed stays.

#include <array>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "app/cli/inbox/panel.hpp"
#include "app/cli/inbox/rows.hpp"
#include "base/json.hpp"
#include "base/result.hpp"
#include "base/time.hpp"

namespace fermata::app::cli::inbox {

// --- what comes in

struct Key {
  enum class Name {
    kCharacter,
    kControl,  // With the letter: Ctrl-C is {kControl, 'c'}.
    kEnter,
    kEscape,
    kTab,
    kBackTab,
    kBackspace,
    kDelete,
    kUp,
    kDown,
    kLeft,
    kRight,
    kHome,
    kEnd,
    kPageUp,
    kPageDown,
  };
  Name name = Name::kCharacter;
  char32_t character = 0;
};
struct Tick {
  TimeMs now = 0;
};
struct Resized {
  int columns = 0, rows = 0;
};
struct Listed {
  bool all = false;
  Result<std::vector<Row>> rows;
  bool more = false;
};
struct Opened {
  std::string id;
  Result<json::Value> request, explanation;
};
struct Written {
  std::int64_t serial = 0;
  std::string id, verb;
  Result<json::Value> request;
};
struct Changed {
  std::string approval;  // Empty: anything.
};
struct Live {
  bool on = false;
};
// What the editor left; none when it could not be run.
struct Edited {
  std::string id;
  std::optional<std::string> text;
};
using Input = std::variant<Key, Tick, Resized, Listed, Opened, Written, Changed, Live, Edited>;

// --- what is wanted

struct WantList {
  bool all = false;
};
struct WantRequest {
  std::string id;
};
struct WantWrite {
  std::int64_t serial = 0;
  std::string id, verb, path;
  json::Value body;
};
struct WantEditor {
  std::string id, text;
};
struct WantStop {};  // Ctrl-Z
struct WantRepaint {};
struct WantLeave {};
using Wanted =
    std::variant<WantList, WantRequest, WantWrite, WantEditor, WantStop, WantRepaint, WantLeave>;
using Wishes = std::vector<Wanted>;

// --- what it knows

struct Notice {
  std::string text;
  bool bad = false;
};

// A list as the server gave it last.
struct Listing {
  std::vector<Row> rows;
  bool known = false;
  bool more = false;   // There are more than are kept.
  bool stale = false;  // Something has changed since it was asked for.
};

struct OpenRequest {
  std::string id;
  json::Value request, explanation;  // Null until they have come.
  std::string hash;                  // Of what was read first: another one is told of.
  bool was_pending = false;
  int top = 0;        // The first line that is seen.
  char32_t then = 0;  // A key that waits for the request to come.
  std::string trouble;
};

struct State {
  std::string server;
  std::string me;     // Id of the person; empty for another kind of key.
  std::string owner;  // Who the key is, in words.
  bool has_editor = false;
  TimeMs now = 0;
  int columns = 80, rows = 24;

  Tab tab = Tab::kMine;
  std::array<Listing, 2> listings;  // Of my groups, of all.
  std::string selected;             // Id.
  std::size_t at = 0;               // Where it stands, for when it goes.
  std::set<std::string> marked;
  Field search;
  bool searching = false;

  std::optional<OpenRequest> open;
  std::optional<Panel> panel;
  std::map<std::pair<Act, std::string>, Panel> drafts;
  std::map<std::string, std::string> editor_texts;  // That were no JSON.
  std::int64_t serials = 0;

  bool help = false;
  bool live = false;
  bool looking = false;  // A list is on its way.
  TimeMs asked_at = 0, heard_at = 0;
  std::string trouble;  // Why nothing is heard; or empty.
  Notice notice;
  bool leaving = false;  // q was pressed while a decision is on its way.
};

Wishes begin(State& state);
Wishes update(State& state, const Input& input);

// --- what drawing asks

const Listing& listing_of(const State& state);
// Those in the list now.
std::vector<const Row*> shown(const State& state);
std::vector<const Row*> shown(const State& state, Tab tab);
// How many lines of a request are seen at once.
int page_of(const State& state);

// --- between its parts (keys.cpp, news.cpp)

Wishes on_key(State& state, const Key& key);
Wishes ask_for_list(State& state);
// The error's own words, and the outcome that won.
std::string words_of(const Error& error, TimeMs now);
// Opens what waits for `key` on the request that is open: a, r, e, c, d.
Wishes begin_act(State& state, char32_t key);

}  // namespace fermata::app::cli::inbox
