"""The audit trail is searched by what happened, who did it, words and time, newest first."""

from __future__ import annotations

from typing import Any

from support import Api, asked, decide, errors_of, good, new_workflow, problem


def found(api: Api, limit: int = 200, **wish: Any) -> list[dict[str, Any]]:
    """All pages of a search."""
    items: list[dict[str, Any]] = []
    cursor = None
    while True:
        params = {**wish, "limit": limit, **({"cursor": cursor} if cursor else {})}
        page = good(api.ben.get("/v1/audit/events", params=params))
        assert len(page["items"]) <= limit
        items += page["items"]
        cursor = page["next_cursor"]
        if not page["has_more"]:
            assert page["back_to"] is None
            return items
        assert page["back_to"] is not None


def test_what_happened_is_found_wherever_it_stands_in_pages_of_any_size(api: Api) -> None:
    approval = asked(api)
    good(decide(api, "ben", approval))
    workflow = approval["workflow_id"]
    everything = found(api)
    places = [(each["at"], each["stream"], each["version"]) for each in everything]
    assert places == sorted(places, reverse=True)
    assert len(set(places)) == len(places)
    assert {"directory", workflow} <= {each["stream"] for each in everything}
    own = [each for each in everything if each["stream"] == workflow]
    assert [each["version"] for each in own] == list(range(len(own), 0, -1))
    for limit in (1, 7):
        wish = {"type": "approval.*", "words": workflow.removeprefix("wf_").upper()}
        expected = [each for each in own if each["type"].startswith("approval.")]
        assert found(api, limit, **wish) == expected != []


def test_the_filters_hold_together(api: Api) -> None:
    approval = asked(api)
    good(decide(api, "ben", approval))
    new_workflow(api)
    wish = {"type": "approval.decided", "actor": "ben", "words": approval["id"]}
    [decided] = found(api, **wish)
    assert decided["stream"] == approval["workflow_id"]
    assert decided["payload"]["approval"] == approval["id"]
    assert found(api, **{**wish, "actor": "ada"}) == []
    assert found(api, **{**wish, "type": "approval"}) == [], "a family is asked for as approval.*"
    assert found(api, **wish, until="2020-01-01T00:00:00Z") == []
    assert found(api, **wish, since=decided["at"], until=decided["at"]) == [decided]
    assert found(api, words="nobody ever said this") == []


def test_bad_wishes_are_refused_and_agents_are_not_told(api: Api) -> None:
    answer = api.ben.get("/v1/audit/events", params={"since": "yesterday", "words": ""})
    assert errors_of(answer) == [
        ("string_too_short", ["query", "words"]),
        ("string_pattern_mismatch", ["query", "since"]),
    ]
    problem(api.ben.get("/v1/audit/events?cursor=abc"), 400, "request.bad_cursor")
    first = good(api.ben.get("/v1/audit/events?limit=1"))
    elsewhere = f"/v1/audit/events?type=call.*&cursor={first['next_cursor']}"
    problem(api.ben.get(elsewhere), 400, "request.bad_cursor")
    problem(api.agent.get("/v1/audit/events"), 403, "auth.kind_not_allowed")


def test_p14_nothing_of_another_tenant_is_found(api: Api) -> None:
    approval = asked(api)
    seen = good(api.foreign_person.get("/v1/audit/events", params={"limit": 200}))["items"]
    assert seen
    assert approval["workflow_id"] not in str(seen)
