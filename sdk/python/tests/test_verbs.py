"""What people do with a request besides deciding it, through both clients."""

from __future__ import annotations

import asyncio

import pytest
from peer import People, Server

from fermata import AsyncClient, Conflict, Forbidden


def test_verbs_and_explanation(server: Server, people: People) -> None:
    agent, ann, bob = server.client(), people.client("ann"), people.client("bob")
    outcomes = [{"name": "later", "means": "ignore", "text": "Next week."}]
    asked = agent.request_approval(
        action="publish", outcomes=outcomes, thresholds=[{"from": "finance", "approve": 2}]
    )
    told = ann.explain_approval(asked.id)
    assert [(n.name, n.missing, n.possible) for n in told.needed] == [("finance", 2, True)]
    assert told.needed[0].people == ["ann", "bob", "cleo"]
    assert ann.claim_approval(asked.id).claim.person == "ann"  # type: ignore[union-attr]
    with pytest.raises(Conflict, match="claimed"):
        bob.claim_approval(asked.id)
    assigned = ann.assign_approval(asked.id, person="bob").claim
    assert assigned is not None
    assert (assigned.person, assigned.by) == ("bob", "ann")
    assert bob.release_approval(asked.id).claim is None
    ann.comment(asked.id, "only for us")
    ann.comment(asked.id, "which one?", asks=True)
    seen = agent.comment(asked.id, "the second", reply_to=2)
    assert [(c.n, c.text) for c in seen.comments] == [(2, "which one?"), (3, "the second")]
    assert len(ann.get_approval(asked.id).comments) == 3
    ann.decide(asked.id, "approve", hash=asked.hash)
    back = ann.withdraw_decision(asked.id, reason="too fast")
    assert [(d.counts, d.withdrawn) for d in back.decisions] == [(False, "too fast")]
    with pytest.raises(Forbidden, match="requester_decides"):
        ann.forward_approval(asked.id, to="olga")
    with pytest.raises(Conflict, match="no_deadline"):
        ann.extend_approval(asked.id, by_s=60)
    ended = bob.decide(asked.id, "ignore", hash=asked.hash, outcome="later")
    assert ended.status == "ignored"
    assert ended.outcome is not None
    assert ended.outcome.name == "later"


def test_the_async_client_has_them_too(server: Server, people: People) -> None:
    asked = server.client().request_approval(action="publish")

    async def story() -> None:
        async with AsyncClient(server.url, server.keys["ann"]) as ann:
            claimed = await ann.claim_approval(asked.id)
            assert claimed.claim is not None
            await ann.comment(asked.id, "mine")
            told = await ann.explain_approval(asked.id)
            assert told.claim == "ann"
            assert (await ann.release_approval(asked.id)).claim is None

    asyncio.run(story())
