"""The rules about who may decide, when and on what: each makes a case in which one is broken."""

from __future__ import annotations

from collections.abc import Callable

import httpx
from door_world import Case, CellError, World, asked, fresh, held, kind_for


def requester(world: World, act: str) -> Case:
    return Case(asked(world, act, role="ada"), "ada", 403, "approval.requester_decides")


def works_for_them(world: World, act: str) -> Case:
    request = asked(world, act, "ada-bot") if act == "answer" else held(world, agent="ada-bot")
    return Case(request, "ada", 403, "approval.requester_decides")


def requester_joined_later(world: World, act: str) -> Case:
    request = asked(world, act, role="dan")
    members = ["ada", "ben", "cleo", "dan"]
    world.must("admin", "PUT", "/v1/groups/finance", {"members": members})
    put_back = {"members": members[:3]}
    return Case(
        request,
        "dan",
        403,
        "approval.requester_decides",
        undo=lambda: world.must("admin", "PUT", "/v1/groups/finance", put_back),
    )


def not_in_group(world: World, act: str) -> Case:
    return Case(fresh(world, act), "dan", 403, "approval.not_an_approver")


def left_the_group(world: World, act: str) -> Case:
    request = fresh(world, act)
    world.must("admin", "PUT", "/v1/groups/finance", {"members": ["ada", "cleo"]})
    everybody = {"members": ["ada", "ben", "cleo"]}
    return Case(
        request,
        "ben",
        403,
        "approval.not_an_approver",
        undo=lambda: world.must("admin", "PUT", "/v1/groups/finance", everybody),
    )


def delegate_of_requester(world: World, act: str) -> Case:
    request = asked(world, act, role="ada")
    hand_on = {"to": "dan", "until": "2099-01-01T00:00:00Z"}
    refused = world.send("ada", "POST", f"/v1/approvals/{request['id']}/delegate", hand_on)
    if refused.status_code != 403:
        raise CellError(f"the requester delegated: {refused.text}")
    return Case(request, "dan", 403, "approval.not_an_approver")


def handed_on(world: World, act: str) -> Case:
    request = fresh(world, act)
    hand_on = {"to": "dan", "until": "2099-01-01T00:00:00Z"}
    world.must("ben", "POST", f"/v1/approvals/{request['id']}/delegate", hand_on)
    return Case(request, "ben", 409, "approval.delegated")


def stage_not_open(world: World, act: str) -> Case:
    return Case(fresh(world, act, "staged"), "ben", 409, "approval.stage_not_open")


def after_outcome(world: World, act: str) -> Case:
    request = fresh(world, act)
    no = {"decision": "reject", "hash": request["hash"], "reason": "no"}
    world.must("cleo", "POST", f"/v1/approvals/{request['id']}/decisions", no)
    return Case(request, "ben", 409, "approval.closed", verb_status=409)


def after_deadline(world: World, act: str) -> Case:
    request = fresh(world, act, "soon")
    world.clients["ben"].get(f"/v1/approvals/{request['id']}", headers={"Prefer": "wait=10"})
    return Case(request, "ben", 409, "approval.closed", verb_status=409)


def stale_epoch(world: World, act: str) -> Case:
    request = held(world)
    flow = request["workflow_id"]
    marks = world.must("bot", "GET", f"/v1/workflows/{flow}/checkpoints")["items"]
    back = {"checkpoint": marks[-1]["id"], "reason": "wrong"}
    world.must("ben", "POST", f"/v1/workflows/{flow}/rollback", back)
    return Case(request, "ben", 409, "approval.closed")  # To cancel it once more is no error.


def other_hash(world: World, act: str) -> Case:
    return Case(fresh(world, act), "ben", 409, "approval.hash_mismatch", hash="0" * 64)


def revoked_key(world: World, act: str) -> Case:
    request = fresh(world, act)
    made = world.must("admin", "POST", "/v1/keys", {"kind": "person", "person": "ben"})
    world.keys["gone"] = made["key"]
    world.clients["gone"] = httpx.Client(
        base_url=world.server.url, headers={"Authorization": f"Bearer {made['key']}"}
    )
    world.must("admin", "DELETE", f"/v1/keys/{made['id']}")
    return Case(request, "gone", 401, "auth.revoked_key", verb_status=401)


def no_key(world: World, act: str) -> Case:
    return Case(fresh(world, act), "nobody", 401, "auth.missing_key", verb_status=401)


def agents_key(world: World, act: str) -> Case:
    return Case(fresh(world, act), "bot", 403, "auth.kind_not_allowed")


def other_agents_key(world: World, act: str) -> Case:
    return Case(fresh(world, act), "ada-bot", 403, "auth.kind_not_allowed", verb_status=403)


def admins_key(world: World, act: str) -> Case:
    return Case(fresh(world, act), "admin", 403, "auth.kind_not_allowed")


def readers_key(world: World, act: str) -> Case:
    request = fresh(world, act)
    return Case(request, "auditor", 403, "auth.kind_not_allowed", verb_status=403)


def foreign_key(world: World, act: str) -> Case:
    return Case(fresh(world, act), "foreign", 404, "approval.not_found", verb_status=404)


def twice(world: World, act: str) -> Case:
    # A second yes of one person, on a request that needs two.
    body = {
        "action": "pay",
        "arguments": {"amount": 500},
        "kind": kind_for(act),
        "thresholds": [{"from": "finance", "approve": 2, "reject": 2}],
    }
    request = world.must("bot", "POST", "/v1/approvals", body)
    first = {"decision": "approve", "hash": request["hash"]}
    if act == "answer":
        first = {"decision": "answer", "hash": request["hash"], "answer": {}}
    world.must("ben", "POST", f"/v1/approvals/{request['id']}/decisions", first)
    return Case(request, "ben", 409, "approval.already_decided")


def kill_switch(world: World, act: str) -> Case:
    """Deciding goes on; what was agreed to does not run until the switch is lifted."""
    request = held(world) if act != "answer" else asked(world, act)
    made = world.must("ben", "POST", "/v1/freezes", {"reason": "stop", "everything": True})
    return Case(
        request,
        "ben",
        200,
        undo=lambda: world.must("ben", "POST", f"/v1/freezes/{made['id']}/thaw", {}),
    )


RULES: dict[str, Callable[[World, str], Case]] = {
    "the requester": requester,
    "whom the agent works for": works_for_them,
    "a requester who joined the group later": requester_joined_later,
    "not in the group": not_in_group,
    "left the group": left_the_group,
    "a delegate of the requester": delegate_of_requester,
    "handed on": handed_on,
    "before its stage": stage_not_open,
    "after the outcome": after_outcome,
    "after the deadline": after_deadline,
    "stale epoch": stale_epoch,
    "another H": other_hash,
    "a revoked key": revoked_key,
    "no key": no_key,
    "the agent's key": agents_key,
    "another agent's key": other_agents_key,
    "an admin's key": admins_key,
    "a read-only key": readers_key,
    "another tenant's key": foreign_key,
    "a second time": twice,
    "the kill switch": kill_switch,
}
