"""Webhooks and ntfy: who is told, in which order, and what becomes of what cannot be delivered.

The receivers are real HTTP servers. Deliveries are judged by other people's software:
`standardwebhooks` checks the signatures, `cloudevents` reads the bodies.
"""

from __future__ import annotations

import base64
import json
import os
import secrets
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from cloudevents.core.bindings.http import HTTPMessage, from_http_event
from local_server import Server
from serving import CONFIG, STORES, make_server, start
from standardwebhooks import Webhook
from support import Api, good, problem

LIMIT_S = 30
OLD, NEW = ("whsec_" + base64.b64encode(secrets.token_bytes(24)).decode() for _ in "ab")


class Receiver:
    """Takes POSTs; answers 200, or what `answer` says for the n-th of them (from 0)."""

    def __init__(self) -> None:
        self.got: list[tuple[dict[str, str], bytes]] = []
        self.answer: Callable[[int, bytes], int] = lambda _n, _body: 200
        self.headers: dict[str, str] = {}
        self.changed = threading.Condition()
        self.held = threading.Event()
        self.held.set()
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                with receiver.changed:
                    number = len(receiver.got)
                    names = {name.lower(): value for name, value in self.headers.items()}
                    receiver.got.append((names, body))
                    receiver.changed.notify_all()
                receiver.held.wait(LIMIT_S)
                self.send_response(receiver.answer(number, body))
                for name, value in receiver.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/in"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def wait_for(self, done: Callable[[list[tuple[dict[str, str], bytes]]], bool]) -> None:
        with self.changed:
            assert self.changed.wait_for(lambda: done(self.got), LIMIT_S), self.types()

    def types(self) -> list[str]:
        return [json.loads(body).get("type", "") for _, body in self.got]

    def bodies(self) -> list[dict[str, Any]]:
        with self.changed:
            return [json.loads(body) for _, body in self.got]

    def close(self) -> None:
        self.held.set()
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    one = Receiver()
    yield one
    one.close()


@pytest.fixture
def phones() -> Iterator[Receiver]:
    one = Receiver()
    yield one
    one.close()


LOCAL = "http: true, networks: [127.0.0.0/8]"


def config_for(hooks: Receiver, phones: Receiver) -> str:
    return (
        CONFIG
        + f"""
channels:
  - name: audit
    kind: webhook
    url: {hooks.url}
    {LOCAL.replace(", ", chr(10) + "    ", 1)}
    types: ["approval.*", workflow.completed]
    secrets_from: [HOOK_NEW, HOOK_OLD]
    headers_from: {{X-Tenant: HOOK_TENANT}}
    timeout_ms: 5000
  - {{name: phones, kind: ntfy, url: "{phones.url}", {LOCAL}, topic: all, token_from: NTFY_TOKEN}}
routes:
  - {{channel: phones, to: room, tools: [refund]}}
  - {{channel: phones, to: people, tools: [transfer]}}
"""
    )


@pytest.fixture(params=STORES)
def told(
    request: pytest.FixtureRequest,
    tmp_path: Path,
    receiver: Receiver,
    phones: Receiver,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[tuple[Server, Api]]:
    for name, value in (
        ("HOOK_NEW", NEW),
        ("HOOK_OLD", OLD),
        ("HOOK_TENANT", "acme"),
        ("NTFY_TOKEN", "tk_secret"),
    ):
        monkeypatch.setenv(name, value)
    server = make_server(request.param, tmp_path, config_for(receiver, phones))
    api = start(server)
    yield server, api
    api.close()
    if server.running:
        assert server.stop() == 0
    log = (tmp_path / "server.log").read_text()
    assert OLD not in log  # P15
    assert "tk_secret" not in log


def ask(api: Api, tool: str = "refund", amount: int = 500) -> dict[str, Any]:
    body = {"action": tool, "arguments": {"amount": amount}, "why": "the parcel was lost"}
    return good(api.agent.post("/v1/approvals", json=body), 201)


def was_closed(got: list[tuple[dict[str, str], bytes]]) -> bool:
    """Whether all that follows of a request without an agent was told: its end is the last."""
    return any(b"workflow.completed" in body for _, body in got)


def approve(api: Api, request: dict[str, Any], person: str = "ada") -> None:
    body = {"decision": "approve", "hash": request["hash"]}
    who = getattr(api, person)
    good(who.post(f"/v1/approvals/{request['id']}/decisions", json=body))


def test_a_webhook_is_told_what_happens_signed_and_in_order(
    told: tuple[Server, Api], receiver: Receiver
) -> None:
    _, api = told
    request = ask(api)
    receiver.wait_for(lambda got: len(got) >= 1)
    approve(api, request)
    receiver.wait_for(was_closed)
    seen = set()
    for headers, body in receiver.got:
        for secret in (OLD, NEW):  # Whichever of them the receiver knows.
            Webhook(secret).verify(body, headers)
        with pytest.raises(Exception, match="signature"):
            Webhook(NEW).verify(body + b" ", headers)
        event = from_http_event(HTTPMessage(headers, body))
        assert event.get_specversion() == "1.0"
        assert event.get_id() == headers["webhook-id"]
        assert event.get_subject() == request["workflow_id"]
        assert event.get_type().removeprefix("io.fermata.").startswith(("approval.", "workflow."))
        assert headers["x-tenant"] == "acme"
        assert "." not in headers["webhook-id"]
        seen.add(event.get_id())
    assert len(seen) == len(receiver.got)
    versions = [body["data"]["event"]["version"] for body in receiver.bodies()]
    assert versions == sorted(versions)
    assert receiver.types()[0] == "io.fermata.approval.requested"


def test_what_could_not_be_delivered_comes_again_with_the_same_id_and_before_what_follows(
    told: tuple[Server, Api], receiver: Receiver
) -> None:
    _, api = told
    receiver.answer = lambda number, _body: 503 if number < 2 else 200
    request = ask(api)
    receiver.wait_for(lambda got: len(got) >= 1)
    approve(api, request)
    receiver.wait_for(was_closed)
    ids = [headers["webhook-id"] for headers, _ in receiver.got]
    assert ids[0] == ids[1] == ids[2]
    assert ids[3:] == sorted(set(ids[3:]), key=ids.index)
    channel = next(c for c in good(api.admin.get("/v1/channels"))["items"] if c["name"] == "audit")
    assert channel["failed"] == 2
    assert channel["error"] == "answered 503"


def test_a_refusal_that_lasts_is_a_dead_letter_that_can_be_sent_again(
    told: tuple[Server, Api], receiver: Receiver
) -> None:
    _, api = told
    receiver.answer = lambda number, _body: 404 if number == 0 else 200
    request = ask(api)
    dead = wait_for_message(api, request["workflow_id"], "given_up")
    assert dead["error"] == "answered 404"
    assert dead["attempts"] == 1
    problem(
        api.agent.post("/v1/messages/resend", json={"id": dead["id"]}), 403, "auth.kind_not_allowed"
    )
    again = good(api.admin.post("/v1/messages/resend", json={"id": dead["id"]}), 202)
    assert again["status"] == "due"
    assert wait_for_message(api, request["workflow_id"], "current")["id"] == dead["id"]
    body = {"id": dead["id"] + "x"}
    problem(api.admin.post("/v1/messages/resend", json=body), 404, "message.not_found")
    problem(api.admin.post("/v1/messages/resend", json={"id": "x"}), 404, "message.not_found")


def wait_for_message(api: Api, subject: str, status: str) -> dict[str, Any]:
    """The workflow's version moves with what happens to it; its messages are asked for again."""
    for _ in range(LIMIT_S * 10):
        page = good(api.admin.get("/v1/messages", params={"subject": subject, "status": status}))
        if page["items"]:
            item: dict[str, Any] = page["items"][0]
            return item
        threading.Event().wait(0.1)
    raise AssertionError(f"no message about {subject} became {status}")


def test_a_phone_rings_when_somebody_is_needed_and_hears_how_it_ended(
    told: tuple[Server, Api], phones: Receiver
) -> None:
    _, api = told
    request = ask(api)
    phones.wait_for(lambda got: len(got) >= 1)
    headers, body = phones.got[0]
    first = json.loads(body)
    assert headers["authorization"] == "Bearer tk_secret"
    assert first["topic"] == "all"
    assert first["title"].startswith("Approval needed: ")
    assert "500" in first["message"]
    assert "finance" in first["message"]
    approve(api, request)
    phones.wait_for(lambda got: len(got) >= 2)
    last = phones.bodies()[-1]
    assert last["title"].startswith("Approved: ")
    assert "ada" in last["message"]
    assert wait_for_message(api, request["id"], "current")["target"] == "room"


def test_only_people_who_can_decide_and_have_an_address_are_told(
    told: tuple[Server, Api], phones: Receiver
) -> None:
    _, api = told
    for person, topic in (("ada", "ada-phone"), ("dan", "dan-phone")):
        shape = {"name": person, "identities": {"ntfy": topic}}
        good(api.admin.put(f"/v1/people/{person}", json=shape))
    request = ask(api, "transfer")  # Finance: ada, ben, cleo; dan is not in it.
    phones.wait_for(lambda got: len(got) >= 1)
    approve(api, request, "ben")  # Somebody else decides, elsewhere.
    phones.wait_for(lambda got: len(got) >= 2)
    assert {body["topic"] for body in phones.bodies()} == {"ada-phone"}
    assert phones.bodies()[-1]["title"].startswith("Approved")


def test_a_channel_can_be_tried_out(
    told: tuple[Server, Api], receiver: Receiver, phones: Receiver
) -> None:
    _, api = told
    answer = good(api.admin.post("/v1/channels/audit/test", json={}))
    assert answer == {"delivered": True, "error": None}
    headers, body = receiver.got[0]
    Webhook(NEW).verify(body, headers)
    assert receiver.types() == ["io.fermata.channel.test"]
    good(api.admin.post("/v1/channels/phones/test"))
    assert phones.bodies()[0]["title"] == "Test message"
    receiver.answer = lambda _n, _body: 500
    answer = good(api.admin.post("/v1/channels/audit/test"))
    assert answer == {"delivered": False, "error": "answered 500"}
    who = {"person": "ben"}
    problem(api.admin.post("/v1/channels/phones/test", json=who), 422, "channel.no_address")
    problem(api.admin.post("/v1/channels/pigeons/test"), 404, "channel.not_found")
    problem(api.agent.post("/v1/channels/audit/test"), 403, "auth.kind_not_allowed")


def test_nothing_is_lost_when_the_server_dies_while_it_delivers(
    told: tuple[Server, Api], receiver: Receiver
) -> None:
    server, api = told
    receiver.held.clear()
    request = ask(api)
    receiver.wait_for(lambda got: len(got) >= 1)
    server.kill()
    receiver.held.set()
    server.start()
    approve(api, request)
    receiver.wait_for(was_closed)
    ids = [headers["webhook-id"] for headers, _ in receiver.got]
    assert ids[0] == ids[1]  # At least once, and to be known by its id.
    wait_for_message(api, request["workflow_id"], "current")


def test_one_that_hangs_delays_no_other(
    told: tuple[Server, Api], receiver: Receiver, phones: Receiver
) -> None:
    _, api = told
    receiver.held.clear()
    for amount in range(200, 260):
        ask(api, amount=amount)
    phones.wait_for(lambda got: len(got) >= 60)
    assert len(receiver.got) <= 8
    receiver.held.set()


def test_a_target_inside_is_not_reached(
    tmp_path: Path, receiver: Receiver, phones: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HOOK_NEW", "HOOK_OLD", "HOOK_TENANT", "NTFY_TOKEN"):
        monkeypatch.setenv(name, NEW)
    config = config_for(receiver, phones).replace("networks: [127.0.0.0/8]", "networks: []")
    server = make_server("sqlite", tmp_path, config)
    api = start(server)
    request = ask(api)
    for _ in range(LIMIT_S * 10):
        page = good(api.admin.get("/v1/messages", params={"subject": request["workflow_id"]}))
        if page["items"] and page["items"][0]["attempts"] > 0:
            break
        threading.Event().wait(0.1)
    assert page["items"][0]["error"] == "not reached"
    assert receiver.got == []
    assert phones.got == []
    api.close()
    assert server.stop() == 0


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("{name: a, kind: webhook, url: 'http://example.com', secrets_from: [S]}", "https://"),
        ("{name: a, kind: webhook, url: 'https://example.com'}", "secrets_from"),
        ("{name: A, kind: ntfy, url: 'https://example.com', topic: t}", "name"),
        ("{name: a, kind: pigeon, url: 'https://example.com'}", "webhook, ntfy"),
        ("{name: a, kind: ntfy, url: 'https://u:p@example.com', topic: t}", "credentials"),
        ("{name: a, kind: ntfy, url: 'https://e.com', networks: [all]}", "network"),
        ("{name: a, kind: webhook, url: 'https://e.com', secrets_from: [UNSET_ONE]}", "UNSET_ONE"),
        (
            "{name: a, kind: webhook, url: 'https://e.com', secrets_from: [S],"
            " headers_from: {Webhook-Id: S}}",
            "Webhook-Id",
        ),
    ],
)
def test_a_channel_that_cannot_be_is_refused_at_start(tmp_path: Path, line: str, what: str) -> None:
    server = make_server("sqlite", tmp_path, CONFIG + f"channels:\n  - {line}\n")
    os.environ["S"] = NEW
    with pytest.raises(RuntimeError):
        server.start()
    assert what in (tmp_path / "server.log").read_text()
