"""P11, P15: the history, to be verified by anybody who can hash, and without secrets."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest
from support import Api, asked, decide, events_of, good, new_workflow, problem


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def records_of(api: Api, workflow: str, limit: int = 2) -> tuple[dict[str, Any], list[Any]]:
    items: list[Any] = []
    after = 0
    while True:
        path = f"/v1/workflows/{workflow}/records?after={after}&limit={limit}"
        page = good(api.ben.get(path))
        items += page["items"]
        if not page["has_more"]:
            return page, items
        after = int(page["next_cursor"])


def test_the_chain_is_computed_from_what_is_served(api: Api) -> None:
    approval = asked(api)
    good(decide(api, "ben", approval))
    workflow = "wf_" + approval["id"].split("_")[1]
    page, records = records_of(api, workflow)
    expected = sha256(f"fermata-stream-1\n{page['tenant']}\n{page['stream']}")
    events = events_of(api, workflow)
    assert len(records) == len(events)
    for n, (record, event) in enumerate(zip(records, events, strict=True), start=1):
        assert record["prev_hash"] == expected
        expected = sha256(f"{record['prev_hash']}\n{record['body']}")
        assert record["hash"] == expected == event["hash"]
        assert record["version"] == n == json.loads(record["body"])["version"]


def test_an_agent_reads_no_records_because_they_hold_what_is_for_people(api: Api) -> None:
    workflow = new_workflow(api)
    path = f"/v1/workflows/{workflow}/records"
    problem(api.agent.get(path), 403, "auth.kind_not_allowed")
    problem(api.agent.get("/v1/directory/events"), 403, "auth.kind_not_allowed")


@pytest.mark.parametrize("wrong", ["wf_" + "0" * 26, "directory", "wf_x"])
def test_records_of_nothing_are_404(api: Api, wrong: str) -> None:
    problem(api.reader.get(f"/v1/workflows/{wrong}/records"), 404, "workflow.not_found")


def test_the_directorys_history_is_told_without_secrets(api: Api) -> None:
    made = good(api.admin.post("/v1/keys", json={"kind": "person", "person": "ben"}), 201)
    version = good(api.reader.get("/v1/directory/events?limit=1"))["version"]
    page = good(api.reader.get(f"/v1/directory/events?after={version - 1}"))
    [event] = [one for one in page["items"] if one["version"] == version]
    assert event["type"] == "key.created"
    text = json.dumps(page)
    assert made["key"] not in text
    assert "secret" not in text
