"""HTTP manners: methods, headers, CORS, documentation, health, figures."""

from __future__ import annotations

import re

import pytest
from support import Api, errors_of, good, new_workflow, problem

ORIGIN = "https://console.example"


def test_every_answer_has_an_id_and_safe_headers(api: Api) -> None:
    for answer in (
        api.agent.get("/v1/me"),
        api.nobody.get("/v1/me"),
        api.agent.get("/nowhere"),
        api.nobody.get("/livez"),
        api.nobody.get("/docs"),
    ):
        assert re.fullmatch(r"req_[0-9a-z]{26}", answer.headers["X-Request-Id"])
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
        assert answer.headers["Cache-Control"]
        assert "Server" not in answer.headers


def test_a_callers_request_id_is_kept(api: Api) -> None:
    answer = api.agent.get("/v1/me", headers={"X-Request-Id": "my-id.1"})
    assert answer.headers["X-Request-Id"] == "my-id.1"
    for forged in ("a b", "x" * 129, 'a"b', "a;b"):
        answer = api.agent.get("/v1/me", headers={"X-Request-Id": forged})
        assert answer.headers["X-Request-Id"].startswith("req_")


def test_what_is_personal_is_not_stored(api: Api) -> None:
    assert api.agent.get("/v1/me").headers["Cache-Control"] == "no-store"
    workflow = new_workflow(api)
    answer = api.agent.get(f"/v1/workflows/{workflow}")
    assert answer.headers["Cache-Control"] == "private, no-cache"
    assert "Authorization" in answer.headers["Vary"]


def test_a_wrong_method_is_405(api: Api) -> None:
    answer = api.agent.delete("/v1/workflows")
    problem(answer, 405, "request.method_not_allowed")
    assert answer.headers["Allow"] == "POST, GET, HEAD, OPTIONS"
    assert api.agent.request("PATCH", "/v1/me").status_code == 405
    assert api.agent.request("BREW", "/v1/me").status_code == 405


def test_head_is_get_without_a_body(api: Api) -> None:
    workflow = new_workflow(api)
    for path in (f"/v1/workflows/{workflow}", "/v1/me", "/openapi.json", "/v1/nothing"):
        get, head = api.agent.get(path), api.agent.head(path)
        assert head.status_code == get.status_code
        assert head.content == b""
        assert head.headers["Content-Type"] == get.headers["Content-Type"]
        assert head.headers["Content-Length"] == str(len(get.content))
    assert api.reader.head(f"/v1/workflows/{workflow}/stream").status_code == 200


def test_options_tells_the_methods(api: Api) -> None:
    answer = api.nobody.options("/v1/workflows")
    assert answer.status_code == 204
    assert answer.headers["Allow"] == "POST, GET, HEAD, OPTIONS"


def test_cors_lets_the_configured_origin_in(api: Api) -> None:
    answer = api.nobody.options(
        "/v1/workflows",
        headers={"Origin": ORIGIN, "Access-Control-Request-Method": "POST"},
    )
    assert answer.status_code == 204
    assert answer.headers["Access-Control-Allow-Origin"] == ORIGIN
    assert "POST" in answer.headers["Access-Control-Allow-Methods"]
    assert "Authorization" in answer.headers["Access-Control-Allow-Headers"]
    assert "Origin" in answer.headers["Vary"]
    for answer in (
        api.agent.get("/v1/me", headers={"Origin": ORIGIN}),
        api.nobody.get("/v1/me", headers={"Origin": ORIGIN}),
    ):
        assert answer.headers["Access-Control-Allow-Origin"] == ORIGIN
        assert "ETag" in answer.headers["Access-Control-Expose-Headers"]
        assert "Access-Control-Allow-Credentials" not in answer.headers


@pytest.mark.parametrize("origin", ["https://evil.example", "null", f"{ORIGIN}.evil.example", "*"])
def test_cors_lets_no_other_origin_in(api: Api, origin: str) -> None:
    headers = {"Origin": origin, "Access-Control-Request-Method": "POST"}
    for answer in (
        api.nobody.options("/v1/workflows", headers=headers),
        api.agent.get("/v1/me", headers={"Origin": origin}),
    ):
        assert "Access-Control-Allow-Origin" not in answer.headers
        assert "Origin" in answer.headers["Vary"]


def test_health_needs_no_key(api: Api) -> None:
    for path in ("/livez", "/readyz"):
        answer = api.nobody.get(path)
        assert good(answer) == {"status": "ok"}
        assert answer.headers["Cache-Control"] == "no-store"


def test_figures(api: Api) -> None:
    problem(api.nobody.get("/metrics"), 401, "auth.missing_key")
    problem(api.agent.get("/metrics"), 403, "auth.kind_not_allowed")
    workflow = new_workflow(api)
    good(api.reader.get(f"/v1/workflows/{workflow}"))
    api.nobody.get("/v1/made-up-path")
    answer = api.reader.get("/metrics")
    assert answer.headers["Content-Type"].startswith("text/plain; version=0.0.4")
    text = answer.text
    assert 'http_server_requests_total{method="POST",route="/v1/workflows",status="201"}' in text
    assert 'route="/v1/workflows/{workflow_id}"' in text
    assert workflow not in text
    assert "made-up-path" not in text
    for name in (
        "fermata_commands_total",
        "fermata_commits_total",
        "fermata_events_total",
        "fermata_queued_commands",
        "fermata_waiters",
        "process_resident_memory_bytes",
    ):
        assert re.search(rf"^{name} [0-9]", text, re.M), name
    assert "http_server_request_duration_seconds_bucket" in text


def test_the_document_is_served(api: Api) -> None:
    answer = api.nobody.get("/openapi.json")
    document = good(answer)
    assert document["openapi"] == "3.1.0"
    assert document["info"]["version"] != "0"
    assert "x-shared" not in document
    ids = [
        o["operationId"]
        for p in document["paths"].values()
        for m, o in p.items()
        if m != "parameters"
    ]
    assert len(ids) == len(set(ids)) > 40
    again = api.nobody.get("/openapi.json", headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304


def test_the_page_loads_only_its_own(api: Api) -> None:
    answer = api.nobody.get("/docs")
    assert answer.headers["Content-Type"].startswith("text/html")
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    for path in re.findall(r'(?:src|href)="([^"]+)"', answer.text):
        assert path.startswith("/"), path
        assert api.nobody.get(path).status_code == 200, path
    assert "<script>" not in answer.text
    assert "onclick" not in answer.text


def test_every_reason_has_its_page(api: Api) -> None:
    index = api.nobody.get("/docs/errors").text
    paths = re.findall(r'href="(/docs/errors/[^"]+)"', index)
    assert len(paths) > 80
    for path in paths:
        assert api.nobody.get(path).status_code == 200
    body = problem(api.agent.get("/nowhere"), 404, "request.no_such_route")
    page = api.nobody.get(body["type"])
    assert body["title"] in page.text
    problem(api.nobody.get("/docs/errors/no.such_reason"), 404, "request.no_such_route")
    problem(api.nobody.get("/docs/page.js%00"), 400, "request.malformed")


def test_unknown_parameters_are_refused_everywhere(api: Api) -> None:
    assert errors_of(api.agent.get("/v1/me?x=1")) == [("extra_forbidden", ["query", "x"])]
    answer = api.agent.post("/v1/workflows?dry_run=true", json={})
    assert errors_of(answer) == [("extra_forbidden", ["query", "dry_run"])]
