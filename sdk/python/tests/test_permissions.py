"""Standing permissions through both clients."""

from __future__ import annotations

import asyncio

import pytest
from peer import People, Server

from fermata import AsyncClient, Forbidden


def test_a_permission_is_given_joined_shown_and_revoked(server: Server, people: People) -> None:
    ann, bob = people.client("ann"), people.client("bob")
    given = ann.give_permission(
        tool="publish",
        agent="refunds",
        when={"page": {"eq": "permission-test"}},
        for_s=3600,
        calls=2,
        sum={"of": "words", "most": "900"},
        reason="the relaunch",
    )
    assert (given.status, given.people, given.used) == ("standing", ["ann"], 0)
    assert given.sum is not None
    assert (given.sum.most, given.sum.used) == ("900", "0")
    assert bob.join_permission(given.id).people == ["ann", "bob"]
    assert given.id in [one.id for one in server.client().list_permissions().items]
    assert bob.revoke_permission(given.id, reason="done").status == "revoked"
    shown = server.client().get_permission(given.id)
    assert (shown.revoked_by, shown.revoke_reason) == ("bob", "done")
    assert server.client().list_permission_uses(given.id).items == []
    with pytest.raises(Forbidden, match="kind_not_allowed"):
        server.client().revoke_permission(given.id)


def test_the_async_client_gives_one_like_a_request(server: Server, people: People) -> None:
    asked = server.client().request_approval(action="publish", arguments={"page": "a"})

    async def story() -> None:
        async with AsyncClient(server.url, server.keys["ann"]) as ann:
            given = await ann.give_permission(
                like=asked.id, when={"page": {"eq": "b"}}, for_s=60, calls=1, reason="more"
            )
            assert (given.tool, given.status) == ("publish", "standing")
            assert (await ann.revoke_permission(given.id)).status == "revoked"

    asyncio.run(story())
