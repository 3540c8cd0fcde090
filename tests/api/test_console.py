"""The web console: served at its own addresses, under a policy that lets nothing foreign in."""

from __future__ import annotations

import re

import pytest
from support import Api, problem

ROUTES = ("/", "/inbox", "/approvals/ap_x_1", "/workflows", "/workflows/wf_x/events", "/sign-in")


@pytest.mark.parametrize("path", ROUTES)
def test_every_address_of_the_console_is_its_page(api: Api, path: str) -> None:
    answer = api.nobody.get(path)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["X-Frame-Options"] == "DENY"
    assert "__NONCE__" not in answer.text


def test_nothing_runs_that_is_not_ours(api: Api) -> None:
    first, second = api.nobody.get("/"), api.nobody.get("/")
    policy = first.headers["Content-Security-Policy"]
    for rule in (
        "default-src 'none'",
        "connect-src 'self'",
        "object-src 'none'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    ):
        assert rule in policy
    assert "unsafe" not in policy
    assert "http" not in policy
    [nonce] = set(re.findall(r"'nonce-([0-9A-Za-z]{32})'", policy))
    assert nonce not in second.headers["Content-Security-Policy"]
    assert nonce not in second.text
    for tag in re.findall(r"<(?:script|style)[^>]*>", first.text):
        assert f'nonce="{nonce}"' in tag or "src=" in tag


def test_what_the_page_loads_is_there_and_may_be_kept(api: Api) -> None:
    for path in re.findall(r'(?:src|href)="(/[^"]+)"', api.nobody.get("/").text):
        answer = api.nobody.get(path)
        assert answer.status_code == 200, path
        if path.startswith("/assets/"):
            assert answer.headers["Content-Encoding"] == "gzip"
            assert "immutable" in answer.headers["Cache-Control"]
        again = api.nobody.get(path, headers={"If-None-Match": answer.headers["ETag"]})
        assert again.status_code == 304


def test_other_addresses_stay_what_they_are(api: Api) -> None:
    for path in ("/nowhere", "/v1/nothing", "/assets/none.js", "/docs/none"):
        problem(api.nobody.get(path), 404, "request.no_such_route")
    problem(api.nobody.post("/inbox"), 404, "request.no_such_route")
    head, get = api.nobody.head("/inbox"), api.nobody.get("/inbox")
    assert head.content == b""
    assert head.headers["Content-Length"] == str(len(get.content))
