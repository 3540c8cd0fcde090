"""Waiting for people: on a stream, as a task of either era, or with a handle."""

from __future__ import annotations

import json
import threading
from typing import Any

from local_server import Server
from rpc import META, TASKS, Legacy, Modern, data_of, new_action, pending_of, request
from serving import start
from support import Api, decide, good


def call(name: str, **arguments: Any) -> dict[str, Any]:
    return {"name": name, "arguments": arguments}


def test_the_stream_says_that_it_waits_and_ends_with_the_answer(api: Api) -> None:
    for client in (Legacy(api), Modern(api)):
        action = new_action("wait")
        body = request("tools/call", call("request_approval", action=action, wait_s=30))
        with client.streaming(body) as lines:
            assert next(lines).startswith(": ")
            good(decide(api, "ada", pending_of(api, action)))
            answers = list(data_of(lines))
        assert [answer["id"] for answer in answers] == [body["id"]]
        assert answers[0]["result"]["structuredContent"]["status"] == "approved"


def test_who_follows_the_progress_is_told_of_it_and_waits_longer(api: Api) -> None:
    for client in (Legacy(api), Modern(api)):
        action = new_action("progress")
        params = {**call("request_approval", action=action), "_meta": {"progressToken": "p1"}}
        with client.streaming(request("tools/call", params)) as lines:
            messages = data_of(lines)
            first = next(messages)
            assert first["method"] == "notifications/progress"
            assert first["params"]["progressToken"] == "p1"
            assert "finance" in first["params"]["message"]
            good(decide(api, "ada", pending_of(api, action)))
            last = list(messages)[-1]
        assert last["result"]["structuredContent"]["status"] == "approved"


def test_a_handle_is_given_when_the_time_is_up(api: Api) -> None:
    client = Legacy(api)
    told = client.tool("request_approval", action=new_action("short"), wait_s=1)
    assert told["status"] == "pending"
    again = client.tool("check_approval", approval=told["approval"], wait_s=1)
    assert again["status"] == "pending"


def test_whoever_leaves_leaves_the_question_open(api: Api) -> None:
    action = new_action("left")
    wish = {"action": action, "request_id": new_action("r"), "wait_s": 30}
    for client in (Legacy(api), Modern(api)):
        with client.streaming(request("tools/call", call("request_approval", **wish))) as lines:
            next(lines)
    good(decide(api, "ada", pending_of(api, action)))
    assert Legacy(api).tool("request_approval", **wish)["status"] == "approved"


def test_a_legacy_task_is_made_read_and_ended(api: Api) -> None:
    client = Legacy(api)
    capabilities = client.initialized["capabilities"]["tasks"]
    assert capabilities == {"cancel": {}, "requests": {"tools": {"call": {}}}}
    support = {
        t["name"]: t["execution"]["taskSupport"] for t in client.result("tools/list")["tools"]
    }
    assert support == {
        "request_approval": "optional", "ask_human": "optional", "check_approval": "forbidden",
        "create_checkpoint": "forbidden", "rollback": "forbidden",
    }  # fmt: skip
    action = new_action("task")
    params = {**call("request_approval", action=action), "task": {"ttl": 60000}}
    task = client.result("tools/call", params)["task"]
    assert task["status"] == "working"
    assert task["ttl"] is None
    assert task["pollInterval"] > 0
    which = {"taskId": task["taskId"]}
    assert client.result("tasks/get", which) == task
    answered: list[dict[str, Any]] = []
    waiting = threading.Thread(target=lambda: answered.append(client.result("tasks/result", which)))
    waiting.start()
    good(decide(api, "ada", pending_of(api, action)))
    waiting.join(30)
    assert answered[0]["structuredContent"]["status"] == "approved"
    assert answered[0]["_meta"][META + "related-task"] == which
    assert client.result("tasks/get", which)["status"] == "completed"
    over = client.call("tasks/cancel", which)
    assert (over["error"]["code"], over["error"]["data"]["reason"]) == (-32602, "mcp.task_over")


def test_a_cancelled_task_cancels_the_question(api: Api) -> None:
    for client in (Legacy(api), Modern(api, capabilities=TASKS)):
        action = new_action("cancel")
        params = {**call("ask_human", question=action), "task": {}}
        made = client.result("tools/call", params)
        which = {"taskId": made.get("task", made)["taskId"]}
        client.result("tasks/cancel", which)
        assert client.result("tasks/get", which)["status"] == "cancelled"
        approval = good(api.reader.get(f"/v1/approvals/{which['taskId']}"))
        assert approval["status"] == "cancelled"


def test_tasks_are_their_agents_own_and_only_of_tools_that_wait(api: Api) -> None:
    client = Legacy(api)
    params = {**call("request_approval", action=new_action("mine")), "task": {}}
    which = {"taskId": client.result("tools/call", params)["task"]["taskId"]}
    for method in ("tasks/get", "tasks/result", "tasks/cancel"):
        error = Legacy(api, "other_agent").call(method, which)["error"]
        assert (error["code"], error["data"]["reason"]) == (-32602, "mcp.no_such_task")
    params = {**call("check_approval", approval=which["taskId"]), "task": {}}
    assert client.call("tools/call", params)["error"]["code"] == -32601
    # A client of an older revision knows no tasks, so what it sends of them means nothing.
    older = Legacy(api, version="2025-06-18")
    params = {**call("request_approval", action=new_action("old"), wait_s=0), "task": {}}
    assert older.result("tools/call", params)["structuredContent"]["status"] == "pending"


def test_a_modern_task_is_the_servers_choice_if_the_client_takes_one(api: Api) -> None:
    client = Modern(api, capabilities=TASKS)
    action = new_action("task")
    params = call("request_approval", action=action, arguments={"n": 1})
    task = client.result("tools/call", params)
    assert (task["resultType"], task["status"]) == ("task", "working")
    assert task["ttlMs"] is None
    assert task["pollIntervalMs"] > 0
    which = {"taskId": task["taskId"]}
    assert client.result("tasks/get", which)["resultType"] == "complete"
    assert (
        client.result("tasks/update", {**which, "inputResponses": {}})["resultType"] == "complete"
    )
    good(decide(api, "ada", pending_of(api, action)))
    ended = client.result("tasks/get", which)
    assert ended["status"] == "completed"
    assert ended["result"]["structuredContent"]["arguments"] == {"n": 1}
    assert client.result("tasks/cancel", which)["resultType"] == "complete"
    for method in ("tasks/get", "tasks/update", "tasks/cancel"):
        refused = Modern(api).call(method, which)["error"]
        assert refused["code"] == -32021
        assert refused["data"]["requiredCapabilities"] == TASKS
    plain = Modern(api).result(
        "tools/call", call("request_approval", action=new_action("no"), wait_s=0)
    )
    assert plain["structuredContent"]["status"] == "pending"


def test_tasks_survive_a_crash(own_server: Server) -> None:
    api = start(own_server)
    client = Modern(api, capabilities=TASKS)
    task = client.result("tools/call", call("request_approval", action="deploy"))
    own_server.kill()
    own_server.start()
    assert client.result("tasks/get", {"taskId": task["taskId"]})["status"] == "working"


def test_a_revoked_key_learns_nothing_more(api: Api) -> None:
    made = good(api.admin.post("/v1/keys", json={"kind": "agent", "agent": "refund-bot"}), 201)
    api.keys["short_lived"] = made["key"]
    action = new_action("revoked")
    body = request("tools/call", call("request_approval", action=action, wait_s=30))
    with Legacy(api, "short_lived").streaming(body) as lines:
        next(lines)
        assert api.admin.delete(f"/v1/keys/{made['id']}").status_code == 204
        good(decide(api, "ada", pending_of(api, action)))
        answers = list(data_of(lines))
    assert answers[0]["error"]["data"]["reason"] == "auth.revoked_key"


def test_a_server_that_stops_gives_everybody_their_handle(own_server: Server) -> None:
    api = start(own_server)
    body = request("tools/call", call("request_approval", action="deploy", wait_s=600))
    with Legacy(api).streaming(body) as lines:
        assert next(lines).startswith(": ")
        stopping = threading.Thread(target=own_server.stop)
        stopping.start()
        last = list(data_of(lines))[-1]
        stopping.join(30)
    told = json.loads(last["result"]["content"][0]["text"])
    assert (told["status"], told["action"]) == ("pending", "deploy")
