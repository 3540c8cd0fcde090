"""The ways to decide, and everything that writes and is none of them, with the reason."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Callable
from typing import Any

import httpx
import yaml
from door_world import ROOT, Case, CellError, World

DECISIONS = ("approve", "reject", "edit", "answer", "ignore")
# What else can change a pending request. None of it may ever be a yes.
VERBS: dict[str, tuple[str, dict[str, Any] | None]] = {
    "cancel": ("POST", {}),
    "withdraw": ("POST", {}),
    "claim": ("POST", {}),
    "release": ("POST", {}),
    "assign": ("POST", {"person": "cleo"}),
    "delegate": ("POST", {"to": "dan", "until": "2099-01-01T00:00:00Z"}),
    "forward": ("POST", {"to": "dan"}),
    "comments": ("POST", {"text": "approve it!", "for_agent": True}),
    "extend": ("POST", {"by_s": 60}),
}
DECIDING_ROUTES = {"POST /v1/approvals/{approval_id}/decisions", "POST /v1/permissions"} | {
    f"POST /v1/approvals/{{approval_id}}/{verb}" for verb in VERBS
}
# These write, but decide no request; each with what keeps it from doing so.
OTHER_ROUTES = {
    "DELETE /v1/approvals/{approval_id}/delegate": "takes a place back, agrees to nothing",
    "POST /v1/approvals": "asks",
    "POST /v1/inbound": "asks; what people decide is decided on its requests",
    "POST /v1/workflows": "begins",
    "POST /v1/workflows/{workflow_id}/cancel": "ends, which cancels what is asked",
    "POST /v1/workflows/{workflow_id}/complete": "ends",
    "POST /v1/workflows/{workflow_id}/fail": "ends",
    "POST /v1/turns/lease": "the right to run",
    "POST /v1/workflows/{workflow_id}/turns": "the right to run",
    "POST /v1/workflows/{workflow_id}/turns/{turn}/renew": "the right to run",
    "POST /v1/workflows/{workflow_id}/turns/{turn}/end": "the right to run",
    "POST /v1/tools/lease": "work on what was permitted",
    "POST /v1/tools/leases/{lease_id}/take": "needs a grant",
    "POST /v1/tools/leases/{lease_id}/renew": "work on what was permitted",
    "POST /v1/tools/leases/{lease_id}/close": "work on what was permitted",
    "POST /v1/permissions/{permission_id}/join": "as who gave it",
    "POST /v1/permissions/{permission_id}/revoke": "ends one",
    "POST /v1/workflows/{workflow_id}/calls": "asks",
    "POST /v1/workflows/{workflow_id}/calls/{call_id}/close": "needs a grant",
    "POST /v1/workflows/{workflow_id}/checkpoints": "marks",
    "POST /v1/workflows/{workflow_id}/rollback": "cancels what is asked",
    "POST /v1/workflows/{workflow_id}/rollback/preview": "only looks",
    "POST /v1/workflows/{workflow_id}/forks": "a dry run, which does nothing",
    "POST /v1/workflows/{workflow_id}/effects/allow": "opens the gate of a fork, not a request",
    "POST /v1/freezes": "stops",
    "POST /v1/channels/{channel_name}/test": "asks nobody for anything",
    "POST /v1/messages/resend": "tells what is so once more",
    "POST /v1/freezes/{freeze_id}/thaw": "lets the clocks go on",
    "PUT /v1/people/{person_id}": "the directory is the admin's",
    "PUT /v1/groups/{group_id}": "the directory is the admin's",
    "DELETE /v1/groups/{group_id}": "the directory is the admin's",
    "PUT /v1/resources": "the directory is the admin's",
    "DELETE /v1/resources": "the directory is the admin's",
    "POST /v1/keys": "an admin's",
    "DELETE /v1/keys/{key_id}": "an admin's",
    "POST /v1/people/{person_id}/sign-in-links": "an admin's; opens the console, which has rows",
    "POST /v1/session": "opens the console, which has rows",
    "DELETE /v1/session": "ends a session",
    "POST /v1/policies": "an admin's; never loosens what is asked",
    "POST /v1/policies/check": "only looks",
    "POST /v1/policies/explain": "only looks",
    "POST /mcp": "its tools are rows of their own",
    "DELETE /mcp": "ends a session",
}
MCP_TOOLS: dict[str, dict[str, Any]] = {
    "request_approval": {"action": "pay", "arguments": {}, "why": "x", "otherwise": "y"},
    "ask_human": {"question": "Shall I?", "schema": {"type": "object"}},
    "check_approval": {},
    "create_checkpoint": {"name": "door"},
    "rollback": {"checkpoint": "door", "reason": "door"},
}
# The doors of core/actor.hpp: how each is tried; or that no person decides through it.
DOORS = {
    "rest": "rows",
    "cli": "rows",
    "console": "rows",
    "mcp": "rows",
    "timer": "no person's",
    "system": "no person's",
    "slack": "comes with its channel",
    "email": "comes with its channel",
}
CLI_ACTS = ("approve", "reject", "edit")


def decision_of(act: str, case: Case) -> dict[str, Any]:
    body: dict[str, Any] = {"decision": act, "hash": case.hash or case.request["hash"]}
    if act == "reject":
        body["reason"] = "no"
    if act == "edit":
        body["arguments"] = {"amount": 400}
    if act == "edit elsewhere":
        body |= {"decision": "edit", "action": "give_credit", "arguments": {"amount": 400}}
    if act == "answer":
        body["answer"] = {}
    return body


def rest_decision(act: str) -> Callable[[World, Case], None]:
    def run(world: World, case: Case) -> None:
        path = f"/v1/approvals/{case.request['id']}/decisions"
        answer = world.send(case.role, "POST", path, decision_of(act, case))
        if answer.status_code != case.status:
            raise CellError(f"answered {answer.status_code}: {answer.text}")
        if case.reason and answer.json()["reason"] != case.reason:
            raise CellError(f"refused as {answer.json()['reason']}, not {case.reason}")
        for method in ("GET", "HEAD"):  # P8
            if world.send(case.role, method, path).status_code not in (401, 404, 405):
                raise CellError(f"{method} on a deciding route was not refused")

    return run


def console_decision(act: str) -> Callable[[World, Case], None]:
    """In a browser: signed in with the key, from a page of the console."""

    def run(world: World, case: Case) -> None:
        path = f"/v1/approvals/{case.request['id']}/decisions"
        body = decision_of(act, case)
        own_page = {"Sec-Fetch-Site": "same-origin"}
        with httpx.Client(base_url=world.server.url, headers=own_page, timeout=40) as browser:
            key = world.keys.get(case.role, "nobody's")
            session = browser.post("/v1/session", json={"key": key})
            if session.status_code != 201:
                if case.status not in (401, 403, 404):
                    raise CellError(f"could not sign in: {session.text}")
                return
            blind = browser.post(path, json=body)
            if blind.json()["reason"] != "auth.bad_csrf_token":
                raise CellError(f"a cookie alone was answered {blind.status_code}: {blind.text}")
            browser.headers["X-CSRF-Token"] = session.json()["csrf_token"]
            elsewhere = browser.post(path, json=body, headers={"Sec-Fetch-Site": "cross-site"})
            if elsewhere.json()["reason"] != "auth.cross_site":
                raise CellError(f"another site was answered {elsewhere.status_code}")
            answer = browser.post(path, json=body)
            if answer.status_code != case.status:
                raise CellError(f"answered {answer.status_code}: {answer.text}")
            if case.reason and answer.json()["reason"] != case.reason:
                raise CellError(f"refused as {answer.json()['reason']}, not {case.reason}")

    return run


def rest_verb(verb: str) -> Callable[[World, Case], None]:
    method, body = VERBS[verb]

    def run(world: World, case: Case) -> None:
        path = f"/v1/approvals/{case.request['id']}/{verb}"
        answer = world.send(case.role, method, path, body)
        if case.verb_status is not None and answer.status_code != case.verb_status:
            raise CellError(f"answered {answer.status_code}: {answer.text}")
        if answer.status_code >= 500:
            raise CellError(f"answered {answer.status_code}: {answer.text}")

    return run


def cli_decision(act: str) -> Callable[[World, Case], None]:
    def run(world: World, case: Case) -> None:
        words = ["approvals", act, case.request["id"], "--yes", "--reason", "because"]
        words += ["--hash", case.hash or case.request["hash"]]
        words += ["--set", "amount=400"] if act == "edit" else []
        environment = {k: v for k, v in os.environ.items() if not k.startswith("FERMATA_")}
        environment["FERMATA_URL"] = world.server.url
        if case.role in world.keys:
            environment["FERMATA_KEY"] = world.keys[case.role]
        done = subprocess.run(
            [world.server.binary, *words],
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
        )
        if (done.returncode == 0) != (case.status == 200):
            raise CellError(f"ended with {done.returncode}: {done.stdout}{done.stderr}")

    return run


def mcp(client: httpx.Client, method: str, params: dict[str, Any]) -> httpx.Response:
    """As a client of 2026-07-28 that takes tasks, so that nothing waits."""
    meta = "io.modelcontextprotocol/"
    params["_meta"] = {
        meta + "protocolVersion": "2026-07-28",
        meta + "clientCapabilities": {"extensions": {meta + "tasks": {}}},
        meta + "clientInfo": {"name": "doors", "version": "1"},
    }
    headers = {
        "Accept": "application/json, text/event-stream",
        "MCP-Protocol-Version": "2026-07-28",
        "Mcp-Method": method,
    }
    if "name" in params:
        headers["Mcp-Name"] = params["name"]
    body = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
    return client.post("/mcp", json=body, headers=headers)


def mcp_tool(tool: str) -> Callable[[World, Case], None]:
    """No tool decides, whoever calls it and about whatever."""

    def run(world: World, case: Case) -> None:
        arguments = dict(MCP_TOOLS[tool])
        if tool == "check_approval":
            arguments["approval"] = case.request["id"]
        named = {"name": tool, "arguments": arguments | {"decision": "approve"}}
        answer = mcp(world.clients[case.role], "tools/call", named)
        if case.role not in ("bot", "ada-bot") and answer.status_code < 400:
            raise CellError(f"answered somebody who is no agent: {answer.text}")
        if answer.status_code >= 500:
            raise CellError(f"answered {answer.status_code}: {answer.text}")

    return run


# Of those a yes in advance is no yes either; whoever else may decide may give one, for other calls.
def rest_permission(world: World, case: Case) -> None:
    body = {
        "like": case.request["id"],
        "when": {"amount": {"eq": 4999.25}},
        "for_s": 60,
        "calls": 1,
        "reason": "because",
    }
    answer = world.send(case.role, "POST", "/v1/permissions", body)
    kept_out = case.status in (401, 403, 404)
    if kept_out and answer.status_code not in (401, 403, 404):
        raise CellError(f"gave a permission: {answer.status_code}: {answer.text}")
    if answer.status_code >= 500:
        raise CellError(f"answered {answer.status_code}: {answer.text}")


def ways() -> dict[str, tuple[str, Callable[[World, Case], None]]]:
    """Name -> which decision it stands for, and how it is done."""
    all_ways = {f"rest {act}": (act, rest_decision(act)) for act in DECISIONS}
    all_ways["rest edit elsewhere"] = ("edit", rest_decision("edit elsewhere"))
    all_ways |= {f"console {act}": (act, console_decision(act)) for act in DECISIONS}
    all_ways |= {f"rest {verb}": (verb, rest_verb(verb)) for verb in VERBS}
    all_ways["rest permission"] = ("approve", rest_permission)
    all_ways |= {f"cli {act}": (act, cli_decision(act)) for act in CLI_ACTS}
    all_ways |= {f"mcp {tool}": (tool, mcp_tool(tool)) for tool in MCP_TOOLS}
    return all_ways


def unclassified(world: World) -> list[str]:
    """What exists and has no row."""
    document = yaml.safe_load((ROOT / "schema/openapi.yaml").read_text())
    routes = {
        f"{method.upper()} {path}"
        for path, methods in document["paths"].items()
        for method in methods
        if method in ("post", "put", "patch", "delete")
    }
    known = DECIDING_ROUTES | set(OTHER_ROUTES)
    found = [f"route {one} has no row" for one in sorted(routes - known)]
    found += [f"row {one} has no route" for one in sorted(known - routes)]
    header = (ROOT / "src/core/actor.hpp").read_text()
    enum = re.search(r"enum class Door \{([^}]*)\}", header)
    assert enum is not None
    doors = {word.strip()[1:].lower() for word in enum[1].split(",") if word.strip()}
    found += [f"door {one} has no row" for one in sorted(doors - set(DOORS))]
    waits_for_channels = [one for one, how in DOORS.items() if how == "comes with its channel"]
    here = [one for one in waits_for_channels if (ROOT / "src/channels" / one).exists()]
    found += [f"door {one} needs rows now" for one in here]
    answer = mcp(world.clients["bot"], "tools/list", {})
    tools = {tool["name"] for tool in answer.json().get("result", {}).get("tools", [])}
    if not tools:
        found.append(f"the MCP endpoint lists no tools: {answer.text[:300]}")
    found += [f"MCP tool {one} has no row" for one in sorted(tools - set(MCP_TOOLS))]
    return found
