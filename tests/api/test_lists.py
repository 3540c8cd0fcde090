"""Lists: pages without gaps or repeats, cursors of their own list only, filters."""

from __future__ import annotations

import base64
import hashlib
import uuid
from typing import Any

import pytest
from support import Api, good, new_workflow, problem, start_turn


def ids_of(api: Api, path: str, limit: int, **filters: Any) -> list[str]:
    ids: list[str] = []
    params = {"limit": limit, **filters}
    while True:
        page = good(api.reader.get(path, params=params))
        assert len(page["items"]) <= limit
        assert page["has_more"] == (page["next_cursor"] is not None)
        ids += [item["id"] for item in page["items"]]
        if not page["has_more"]:
            return ids
        params["cursor"] = page["next_cursor"]


@pytest.mark.parametrize("limit", [1, 2, 3, 7, 200])
def test_pages_have_no_gaps_and_no_repeats(api: Api, limit: int) -> None:
    tag = f"t-{uuid.uuid4().hex}"
    made = [new_workflow(api, tags=[tag, "other"]) for _ in range(7)]
    found = ids_of(api, "/v1/workflows", limit, tag=tag)
    assert sorted(found) == sorted(made)
    assert len(found) == 7
    assert found == ids_of(api, "/v1/workflows", 200, tag=tag)


def test_newer_rows_do_not_disturb_a_walk(api: Api) -> None:
    tag = f"t-{uuid.uuid4().hex}"
    made = [new_workflow(api, tags=[tag]) for _ in range(4)]
    first = good(api.reader.get("/v1/workflows", params={"tag": tag, "limit": 2}))
    new_workflow(api, tags=[tag])
    rest = good(
        api.reader.get("/v1/workflows", params={"tag": tag, "cursor": first["next_cursor"]})
    )
    seen = [item["id"] for item in first["items"] + rest["items"]]
    assert sorted(seen) == sorted(made)


def test_newest_first(api: Api) -> None:
    tag = f"t-{uuid.uuid4().hex}"
    for _ in range(3):
        new_workflow(api, tags=[tag])
    items = good(api.reader.get("/v1/workflows", params={"tag": tag}))["items"]
    times = [item["created_at"] for item in items]
    assert times == sorted(times, reverse=True)


def test_filters_are_all_applied(api: Api) -> None:
    tag = f"t-{uuid.uuid4().hex}"
    ready = new_workflow(api, tags=[tag])
    running = new_workflow(api, tags=[tag])
    start_turn(api, running)
    other = new_workflow(api, "other_agent", tags=[tag])
    assert ids_of(api, "/v1/workflows", 50, tag=tag, status="ready", agent="refund-bot") == [ready]
    assert ids_of(api, "/v1/workflows", 50, tag=tag, status="running") == [running]
    assert ids_of(api, "/v1/workflows", 50, tag=tag, agent="other-bot") == [other]
    assert ids_of(api, "/v1/workflows", 50, tag=tag[:-1]) == []
    assert ids_of(api, "/v1/workflows", 50, tag="%") == []


def test_a_tag_with_any_characters_is_found(api: Api) -> None:
    for tag in ("ä ö", "a,b", "100%", "_", "'; --", "😀", "a\\b", '"'):
        workflow = new_workflow(api, tags=[tag, uuid.uuid4().hex])
        assert workflow in ids_of(api, "/v1/workflows", 200, tag=tag)


def test_cursors_belong_to_their_list(api: Api) -> None:
    tag = f"t-{uuid.uuid4().hex}"
    for _ in range(3):
        new_workflow(api, tags=[tag])
    cursor = good(api.reader.get("/v1/workflows", params={"tag": tag, "limit": 1}))["next_cursor"]
    good(api.reader.get("/v1/workflows", params={"tag": tag, "cursor": cursor, "limit": 2}))
    for path, params in [
        ("/v1/workflows", {}),
        ("/v1/workflows", {"tag": tag, "status": "ready"}),
        ("/v1/approvals", {}),
        ("/v1/people", {}),
    ]:
        answer = api.reader.get(path, params={**params, "cursor": cursor})
        problem(answer, 400, "request.bad_cursor")
    answer = api.foreign_admin.get("/v1/workflows", params={"tag": tag, "cursor": cursor})
    problem(answer, 400, "request.bad_cursor")


@pytest.mark.parametrize("cursor", ["x", "AAAA", "%20", "ä", "x" * 900, "MTIz"])
def test_what_is_no_cursor_is_400(api: Api, cursor: str) -> None:
    for path in ("/v1/workflows", "/v1/approvals", "/v1/people", "/v1/keys", "/v1/policies"):
        problem(api.reader.get(path, params={"cursor": cursor}), 400, "request.bad_cursor")


@pytest.mark.parametrize("place", [b"1:\xff\xfe", b"1:a\x00b", b":a", b"zz"])
def test_a_forged_cursor_is_400_whatever_its_bytes(api: Api, place: bytes) -> None:
    inner = base64.urlsafe_b64encode(place).decode().rstrip("=")
    tag = hashlib.sha256(f"default\n/v1/workflows\n{inner}".encode()).hexdigest()[:16]
    cursor = base64.urlsafe_b64encode(f"{tag}{inner}".encode()).decode().rstrip("=")
    answer = api.reader.get("/v1/workflows", params={"cursor": cursor})
    problem(answer, 400, "request.bad_cursor")
