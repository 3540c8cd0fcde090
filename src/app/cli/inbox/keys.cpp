// What a key means, where one is: in a field, in a request, in the list.

#include <algorithm>
#include <utility>

#include "app/cli/client.hpp"
#include "app/cli/inbox/model.hpp"

namespace fermata::app::cli::inbox {
namespace {

constexpr std::size_t kMostTyped = 8000;
constexpr int kAroundPage = 4;  // Rows above and below the page.
constexpr int kFarAway = 1'000'000;

bool is(const Key& key, char32_t character) {
  return key.name == Key::Name::kCharacter && key.character == character;
}

bool is_control(const Key& key, char32_t letter) {
  return key.name == Key::Name::kControl && key.character == letter;
}

// --- a field

void erase_word(Field& field) {
  std::size_t begin = field.cursor;
  while (begin > 0 && field.text[begin - 1] == U' ') --begin;
  while (begin > 0 && field.text[begin - 1] != U' ') --begin;
  field.text.erase(begin, field.cursor - begin);
  field.cursor = begin;
}

void choose(Field& field, const Key& key) {
  const std::size_t count = field.choices.size();
  if (key.name == Key::Name::kRight || is(key, U' ')) field.choice = (field.choice + 1) % count;
  if (key.name == Key::Name::kLeft) field.choice = (field.choice + count - 1) % count;
}

void type(Field& field, const Key& key) {
  if (!field.choices.empty()) return choose(field, key);
  std::size_t& at = field.cursor;
  switch (key.name) {
    case Key::Name::kCharacter:
      if (field.text.size() < kMostTyped) field.text.insert(at++, 1, key.character);
      break;
    case Key::Name::kBackspace:
      if (at > 0) field.text.erase(--at, 1);
      break;
    case Key::Name::kDelete:
      if (at < field.text.size()) field.text.erase(at, 1);
      break;
    case Key::Name::kLeft:
      if (at > 0) --at;
      break;
    case Key::Name::kRight:
      if (at < field.text.size()) ++at;
      break;
    case Key::Name::kHome:
      at = 0;
      break;
    case Key::Name::kEnd:
      at = field.text.size();
      break;
    case Key::Name::kControl:
      if (key.character == U'a') at = 0;
      if (key.character == U'e') at = field.text.size();
      if (key.character == U'w') erase_word(field);
      if (key.character == U'u') field.text.erase(0, std::exchange(at, 0));
      if (key.character == U'k') field.text.erase(at);
      break;
    default:
      break;
  }
}

// --- a panel

std::string verb_of(const Panel& panel) {
  switch (panel.act) {
    case Act::kApprove:
      return "approve";
    case Act::kReject:
      return "reject";
    case Act::kEdit:
    case Act::kEditHere:
      return "edit";
    case Act::kAnswer:
      return "answer";
    case Act::kComment:
      return "comment";
    case Act::kDelegate:
      return "delegate";
    case Act::kSeveral:
      break;
  }
  return panel.approves ? "approve" : "reject";
}

Wishes open_panel(State& state, Panel panel) {
  if (panel.fields.empty()) {
    state.notice = {panel.trouble, true};
    return {};
  }
  const auto draft = state.drafts.find({panel.act, panel.id});
  if (draft != state.drafts.end()) keep_typed(panel, draft->second);
  panel.serial = ++state.serials;
  state.notice = {};
  state.panel = std::move(panel);
  return {};
}

Wishes send_several(State& state) {
  Panel& panel = *state.panel;
  Wishes wishes;
  panel.told.clear();
  for (const Row& row : panel.several) {
    Sending sending = sending_of(panel, row);
    if (sending.path.empty()) return {};
    wishes.emplace_back(WantWrite{
        panel.serial, row.id, verb_of(panel), std::move(sending.path), std::move(sending.body)});
  }
  panel.on_their_way = wishes.size();
  return wishes;
}

Wishes send(State& state) {
  Panel& panel = *state.panel;
  if (panel.act == Act::kSeveral) return send_several(state);
  if (!state.open) return {};
  const json::Value& request = state.open->request;
  if (panel.act == Act::kEditHere) {
    json::Value edited = edited_here(panel, request);
    if (edited.is_null()) return {};
    state.drafts.insert_or_assign({Act::kEditHere, panel.id}, panel);
    Panel next = edit_panel(request, std::move(edited));
    next.hash = panel.hash;
    return open_panel(state, std::move(next));
  }
  Sending sending = sending_of(panel, request, state.now);
  if (sending.path.empty()) return {};
  panel.on_their_way = 1;
  return {WantWrite{
      panel.serial, panel.id, verb_of(panel), std::move(sending.path), std::move(sending.body)}};
}

Wishes in_panel(State& state, const Key& key) {
  Panel& panel = *state.panel;
  if (panel.on_their_way > 0) return {};  // What is on its way cannot be changed.
  switch (key.name) {
    case Key::Name::kEscape:
      state.drafts.insert_or_assign({panel.act, panel.id}, panel);
      state.panel.reset();
      return {};
    case Key::Name::kEnter:
      if (panel.focus + 1 == panel.fields.size()) return send(state);
      ++panel.focus;
      return {};
    case Key::Name::kTab:
    case Key::Name::kDown:
      panel.focus = std::min(panel.focus + 1, panel.fields.size() - 1);
      return {};
    case Key::Name::kBackTab:
    case Key::Name::kUp:
      if (panel.focus > 0) --panel.focus;
      return {};
    case Key::Name::kPageUp:
    case Key::Name::kPageDown:
      if (state.open)
        state.open->top +=
            key.name == Key::Name::kPageUp ? -page_of(state) / 2 : page_of(state) / 2;
      return {};
    default:
      type(panel.fields[panel.focus], key);
      return {};
  }
}

// --- moving about

Wishes open_request(State& state, const std::string& id, char32_t then = 0) {
  if (id.empty()) return {};
  state.open = OpenRequest{};
  state.open->id = id;
  state.open->then = then;
  state.notice = {};
  return {WantRequest{id}};
}

void select(State& state, std::int64_t to) {
  const auto rows = shown(state);
  if (rows.empty()) return;
  const auto last = static_cast<std::int64_t>(rows.size()) - 1;
  state.at = static_cast<std::size_t>(std::clamp<std::int64_t>(to, 0, last));
  state.selected = rows[state.at]->id;
}

void step(State& state, std::int64_t by) {
  select(state, static_cast<std::int64_t>(state.at) + by);
}

const Row* selected(const State& state) {
  for (const Row* row : shown(state))
    if (row->id == state.selected) return row;
  return nullptr;
}

Wishes show_tab(State& state, Tab tab) {
  if (tab != Tab::kAll && state.me.empty()) {
    state.notice = {"This key is no person's: nothing waits for it", true};
    return {};
  }
  const bool other_list = (tab == Tab::kAll) != (state.tab == Tab::kAll);
  state.tab = tab;
  select(state, 0);
  if (shown(state).empty()) state.selected.clear();
  if (other_list) state.marked.clear();
  return other_list || !listing_of(state).known ? ask_for_list(state) : Wishes{};
}

Wishes next_tab(State& state) {
  if (state.me.empty()) return {};
  return show_tab(state,
                  state.tab == Tab::kAll    ? Tab::kMine
                  : state.tab == Tab::kMine ? Tab::kGroups
                                            : Tab::kAll);
}

void mark(State& state) {
  const Row* row = selected(state);
  if (row == nullptr) return;
  if (row->has_form || row->risky) {
    state.notice = {row->risky ? "This one is risky: it is decided by itself"
                               : "This one is answered by itself",
                    true};
    return;
  }
  if (state.marked.erase(row->id) == 0) state.marked.insert(row->id);
  step(state, 1);
}

Wishes decide_several(State& state, bool approves) {
  std::vector<Row> rows;
  for (const Row& row : listing_of(state).rows)
    if (state.marked.contains(row.id) && !row.risky && !row.has_form) rows.push_back(row);
  if (rows.empty()) {  // They were edited meanwhile.
    state.marked.clear();
    state.notice = {"What was marked is decided one by one now", true};
    return {};
  }
  return open_panel(state, several_panel(std::move(rows), approves));
}

Wishes claim_or_release(State& state, const std::string& id, const std::string& claimed_by) {
  if (id.empty()) return {};
  const std::string verb = claimed_by == state.me && !state.me.empty() ? "release" : "claim";
  return {WantWrite{0, id, verb, "/v1/approvals/" + escaped(id) + "/" + verb, json::Object{}}};
}

Wishes leave(State& state) {
  const bool waits = state.panel && state.panel->on_their_way > 0;
  if (waits && !state.leaving) {
    state.leaving = true;
    state.notice = {"A decision is on its way; the same key again leaves without its answer", true};
    return {};
  }
  return {WantLeave{}};
}

// --- a request

Wishes neighbour(State& state, std::int64_t by) {
  const std::string before = state.selected;
  step(state, by);
  return state.selected == before ? Wishes{} : open_request(state, state.selected);
}

Wishes in_request(State& state, const Key& key) {
  OpenRequest& open = *state.open;
  const int page = page_of(state);
  switch (key.name) {
    case Key::Name::kEscape:
    case Key::Name::kLeft:
      state.open.reset();
      return {};
    case Key::Name::kUp:
      --open.top;
      return {};
    case Key::Name::kDown:
      ++open.top;
      return {};
    case Key::Name::kPageUp:
      open.top -= page;
      return {};
    case Key::Name::kPageDown:
      open.top += page;
      return {};
    case Key::Name::kHome:
      open.top = 0;
      return {};
    case Key::Name::kEnd:
      open.top = kFarAway;  // Drawing finds the last line.
      return {};
    case Key::Name::kCharacter:
      break;
    default:
      return {};
  }
  switch (key.character) {
    case U'q':
      state.open.reset();
      return {};
    case U'k':
      --open.top;
      return {};
    case U'j':
      ++open.top;
      return {};
    case U' ':
      open.top += page;
      return {};
    case U'n':
      return neighbour(state, 1);
    case U'p':
      return neighbour(state, -1);
    case U'x':
      return claim_or_release(state, open.id, open.request["claim"].string_or("person"));
    default:
      return begin_act(state, key.character);
  }
}

// --- the list

Wishes in_list(State& state, char32_t character) {
  switch (character) {
    case U'q':
      return leave(state);
    case U'j':
      step(state, 1);
      return {};
    case U'k':
      step(state, -1);
      return {};
    case U'g':
      select(state, 0);
      return {};
    case U'G':
      select(state, kFarAway);
      return {};
    case U' ':
      mark(state);
      return {};
    case U'/':
      state.searching = true;
      return {};
    case U'1':
      return show_tab(state, Tab::kMine);
    case U'2':
      return show_tab(state, Tab::kGroups);
    case U'3':
      return show_tab(state, Tab::kAll);
    case U'x': {
      const Row* row = selected(state);
      return row == nullptr ? Wishes{} : claim_or_release(state, row->id, row->claimed_by);
    }
    case U'a':
    case U'r':
      if (!state.marked.empty()) return decide_several(state, character == U'a');
      return open_request(state, state.selected, character);
    case U'e':
    case U'c':
    case U'd':
      return open_request(state, state.selected, character);
    default:
      return {};
  }
}

Wishes in_list(State& state, const Key& key) {
  switch (key.name) {
    case Key::Name::kCharacter:
      return in_list(state, key.character);
    case Key::Name::kEnter:
    case Key::Name::kRight:
      return open_request(state, state.selected);
    case Key::Name::kTab:
      return next_tab(state);
    case Key::Name::kUp:
      step(state, -1);
      return {};
    case Key::Name::kDown:
      step(state, 1);
      return {};
    case Key::Name::kPageUp:
      step(state, -page_of(state));
      return {};
    case Key::Name::kPageDown:
      step(state, page_of(state));
      return {};
    case Key::Name::kHome:
      select(state, 0);
      return {};
    case Key::Name::kEnd:
      select(state, kFarAway);
      return {};
    case Key::Name::kEscape:
      state.marked.clear();
      state.search = Field{};
      select(state, 0);
      return {};
    default:
      return {};
  }
}

void in_search(State& state, const Key& key) {
  if (key.name == Key::Name::kEnter || key.name == Key::Name::kDown) {
    state.searching = false;
    return;
  }
  if (key.name == Key::Name::kEscape) {
    state.searching = false;
    state.search = Field{};
  } else {
    type(state.search, key);
  }
  state.selected.clear();
  select(state, 0);
}

}  // namespace

int page_of(const State& state) { return std::max(1, state.rows - kAroundPage); }

Wishes begin_act(State& state, char32_t key) {
  OpenRequest& open = *state.open;
  if (std::u32string_view(U"arecd").find(key) == std::u32string_view::npos) return {};
  if (open.request.is_null()) {
    open.then = key;
    return {};
  }
  const json::Value& request = open.request;
  const std::string kind = request.string_or("kind");
  if (request.string_or("status") != "pending" && key != U'c') {
    state.notice = {"It is decided already", true};
    return {};
  }
  open.hash = request.string_or("hash");  // What is on the screen now.
  const bool is_question = kind == "question" || kind == "in_doubt";
  switch (key) {
    case U'a':
      return open_panel(state, is_question ? answer_panel(request) : approve_panel(request));
    case U'r':
      if (kind == "in_doubt") return open_panel(state, answer_panel(request));
      return open_panel(state, reject_panel(request));
    case U'c':
      return open_panel(state, comment_panel(request));
    case U'd':
      return open_panel(state, delegate_panel(request));
    default:
      break;
  }
  if (kind != "call") {
    state.notice = {"Only calls have arguments to edit", true};
    return {};
  }
  if (!state.has_editor) return open_panel(state, edit_here_panel(request));
  const auto before = state.editor_texts.find(open.id);
  return {WantEditor{
      open.id,
      before == state.editor_texts.end() ? editable(request["arguments"]) : before->second}};
}

Wishes on_key(State& state, const Key& key) {
  if (is_control(key, U'c')) return leave(state);
  if (is_control(key, U'z')) return {WantStop{}};
  if (is_control(key, U'l')) return {WantRepaint{}};
  if (state.help) {
    state.help = false;
    return {};
  }
  if (state.panel) return in_panel(state, key);
  if (state.searching) {
    in_search(state, key);
    return {};
  }
  state.notice = {};
  if (is(key, U'?')) {
    state.help = true;
    return {};
  }
  return state.open ? in_request(state, key) : in_list(state, key);
}

}  // namespace fermata::app::cli::inbox
