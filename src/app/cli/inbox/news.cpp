// What the server says, and the clock.

#include <algorithm>
#include <utility>

#include "app/cli/inbox/model.hpp"
#include "app/cli/request_view.hpp"
#include "ui/view/visible.hpp"

namespace fermata::app::cli::inbox {
namespace {

constexpr std::int64_t kLookAgainMs = 5000;  // Without live news.
constexpr std::int64_t kQuickMs = 400;       // A list that comes sooner may be asked for at once.
constexpr std::int64_t kRestFactor = 4;      // A slow one not before so many times as long.

Listing& listing(State& state, bool all) { return state.listings[all ? 1 : 0]; }

// The selected one stays selected; when it is gone, what stands in its place.
void keep_selection(State& state) {
  const auto rows = shown(state);
  const auto found = std::find_if(
      rows.begin(), rows.end(), [&](const Row* row) { return row->id == state.selected; });
  if (found != rows.end()) {
    state.at = static_cast<std::size_t>(found - rows.begin());
  } else if (rows.empty()) {
    state.at = 0;
    state.selected.clear();
  } else {
    state.at = std::min(state.at, rows.size() - 1);
    state.selected = rows[state.at]->id;
  }
}

Wishes on(State& state, const Listed& news) {
  state.looking = false;
  if (!news.rows) {
    state.trouble = words_of(news.rows.error(), state.now);
    return {};
  }
  state.trouble.clear();
  state.heard_at = state.now;
  Listing& known = listing(state, news.all);
  known.rows = *news.rows;
  known.known = true;
  known.more = news.more;
  std::set<std::string> there;
  for (const Row& row : known.rows) there.insert(row.id);
  if (news.all == (state.tab == Tab::kAll)) {
    std::erase_if(state.marked, [&](const std::string& id) { return !there.contains(id); });
    keep_selection(state);
  }
  const bool wrong_one = !listing_of(state).known;
  const bool again = known.stale && state.now - state.asked_at < kQuickMs;
  return wrong_one || again ? ask_for_list(state) : Wishes{};
}

Wishes on(State& state, const Opened& news) {
  if (!state.open || state.open->id != news.id) return {};
  OpenRequest& open = *state.open;
  if (!news.request) {
    open.trouble = words_of(news.request.error(), state.now);
    return {};
  }
  open.trouble.clear();
  open.request = *news.request;
  if (news.explanation) open.explanation = *news.explanation;
  if (open.hash.empty()) {
    open.hash = open.request.string_or("hash");
    open.was_pending = open.request.string_or("status") == "pending";
  }
  return open.then == 0 ? Wishes{} : begin_act(state, std::exchange(open.then, 0));
}

std::string recorded(const std::string& verb, const json::Value& request) {
  const std::string status = request.string_or("status");
  std::string text = "Recorded: " + verb;
  if (status.empty()) return text + ".";
  text += ". The request is " + status;
  const std::string needed = render_needed(request);
  if (!needed.empty()) text += "; so far " + needed;
  if (const std::string came = render_published(request); !came.empty()) text += "; " + came;
  return text + ".";
}

void on_several(State& state, const Written& news) {
  Panel& panel = *state.panel;
  --panel.on_their_way;
  if (news.request) {
    std::erase_if(panel.several, [&](const Row& row) { return row.id == news.id; });
    state.marked.erase(news.id);
  } else {
    for (const Row& row : panel.several)
      if (row.id == news.id)
        panel.told.push_back(row.sentence + " " + words_of(news.request.error(), state.now));
  }
  if (panel.on_their_way > 0) return;
  if (panel.several.empty()) {
    state.notice = {"Recorded: " + panel.title + ".", false};
    state.panel.reset();
    return;
  }
  panel.trouble = std::to_string(panel.several.size()) + " could not be recorded; Esc goes back";
}

Wishes on(State& state, const Written& news) {
  state.leaving = false;
  Wishes wishes = ask_for_list(state);
  if (state.open) wishes.emplace_back(WantRequest{state.open->id});
  const bool ours = state.panel && news.serial != 0 && state.panel->serial == news.serial;
  if (!ours) {
    state.notice = news.request
                       ? Notice{recorded(news.verb, *news.request), false}
                       : Notice{"Not recorded: " + words_of(news.request.error(), state.now), true};
    return wishes;
  }
  if (state.panel->act == Act::kSeveral) {
    on_several(state, news);
    return wishes;
  }
  state.panel->on_their_way = 0;
  if (!news.request) {
    state.panel->trouble = "Not recorded: " + words_of(news.request.error(), state.now);
    return wishes;
  }
  const Act act = state.panel->act;
  state.notice = {recorded(news.verb, *news.request), false};
  state.drafts.erase({act, news.id});
  if (act == Act::kEdit) state.editor_texts.erase(news.id);
  state.panel.reset();
  if (act != Act::kComment && act != Act::kDelegate) {
    state.open.reset();
    std::erase_if(wishes,
                  [](const Wanted& one) { return std::holds_alternative<WantRequest>(one); });
  }
  return wishes;
}

Wishes on(State& state, const Changed& news) {
  for (Listing& one : state.listings) one.stale = true;
  Wishes wishes;
  const bool quick = state.heard_at - state.asked_at < kQuickMs;
  if (!state.looking && quick) wishes = ask_for_list(state);
  if (state.open && (news.approval.empty() || news.approval == state.open->id))
    wishes.emplace_back(WantRequest{state.open->id});
  return wishes;
}

Wishes on(State& state, const Live& news) {
  state.live = news.on;
  return {};
}

Wishes on(State& state, const Tick& tick) {
  state.now = tick.now;
  if (state.looking) return {};
  const std::int64_t took = std::max<std::int64_t>(0, state.heard_at - state.asked_at);
  const std::int64_t since = state.now - state.asked_at;
  const bool due = listing_of(state).stale && since >= took * kRestFactor;
  // Whoever does not answer is not asked again at once.
  const bool without_news = (!state.live || !state.trouble.empty()) && since >= kLookAgainMs;
  if (!(due && state.trouble.empty()) && !without_news) return {};
  Wishes wishes = ask_for_list(state);
  if (state.open && without_news) wishes.emplace_back(WantRequest{state.open->id});
  return wishes;
}

Wishes on(State& state, const Resized& size) {
  state.columns = size.columns;
  state.rows = size.rows;
  return {};
}

Wishes on(State& state, const Edited& news) {
  if (!state.open || state.open->id != news.id || state.open->request.is_null()) return {};
  const json::Value& request = state.open->request;
  if (!news.text) {
    state.has_editor = false;  // The arguments are asked here from now on.
    state.notice = {"The editor could not be run; edit them here", true};
    return begin_act(state, U'e');
  }
  state.editor_texts[news.id] = *news.text;
  Result<json::Value> read = json::parse(*news.text);
  if (!read || read->as_object() == nullptr) {
    state.notice = {
        "That is no JSON object" +
            (read ? std::string() : ": " + ui::visible_line(read.error().message).text) +
            "; e opens it again as you left it",
        true};
    return {};
  }
  if (*read == request["arguments"]) {
    state.editor_texts.erase(news.id);
    state.notice = {"Nothing was changed", false};
    return {};
  }
  Panel panel = edit_panel(request, *std::move(read));
  panel.hash = state.open->hash;
  const auto before = state.drafts.find({Act::kEdit, news.id});
  if (before != state.drafts.end()) keep_typed(panel, before->second);
  panel.serial = ++state.serials;
  state.panel = std::move(panel);
  return {};
}

Wishes on(State& state, const Key& key) { return on_key(state, key); }

}  // namespace

std::string words_of(const Error& error, TimeMs now) {
  std::string text;
  for (const char c : error.message) text += c == '\n' ? ' ' : c;
  text = ui::visible_line(text).text + " (" + ui::visible_line(error.reason).text + ")";
  if (const Result<json::Value> problem = json::parse(error.extra); problem)
    if (const std::string outcome = render_outcome(*problem, now); !outcome.empty())
      text += ". It is " + outcome;
  return text;
}

Wishes ask_for_list(State& state) {
  if (state.looking) {
    for (Listing& one : state.listings) one.stale = true;
    return {};
  }
  const bool all = state.tab == Tab::kAll;
  listing(state, all).stale = false;
  state.looking = true;
  state.asked_at = state.now;
  return {WantList{all}};
}

Wishes begin(State& state) {
  if (state.me.empty()) state.tab = Tab::kAll;
  return ask_for_list(state);
}

const Listing& listing_of(const State& state) {
  return state.listings[state.tab == Tab::kAll ? 1 : 0];
}

std::vector<const Row*> shown(const State& state, Tab tab) {
  return chosen(state.listings[tab == Tab::kAll ? 1 : 0].rows, tab, typed(state.search), state.me);
}

std::vector<const Row*> shown(const State& state) { return shown(state, state.tab); }

Wishes update(State& state, const Input& input) {
  return std::visit([&](const auto& one) { return on(state, one); }, input);
}

}  // namespace fermata::app::cli::inbox
