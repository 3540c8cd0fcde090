"""Browsers: signing in by key or link, the session's cookie, and what it does not open."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from support import Api, asked, good, problem

COOKIE = "fermata-session"


def own_page(api: Api, **more: str) -> dict[str, str]:
    return {"Sec-Fetch-Site": "same-origin", "Origin": str(api.nobody.base_url).rstrip("/"), **more}


@pytest.fixture
def browser(api: Api) -> Iterator[httpx.Client]:
    """Somebody's, not signed in."""
    with httpx.Client(base_url=str(api.nobody.base_url), headers=own_page(api)) as client:
        yield client


def sign_in(browser: httpx.Client, **proof: str) -> dict[str, Any]:
    session = good(browser.post("/v1/session", json=proof), 201)
    browser.headers["X-CSRF-Token"] = session["csrf_token"]
    return session


def link_for(api: Api, person: str, **wish: int) -> str:
    made = good(api.admin.post(f"/v1/people/{person}/sign-in-links", json=wish), 201)
    assert made["use"] == "link"
    assert made["url"].startswith(f"{str(api.nobody.base_url).rstrip('/')}/sign-in#link=fermata_")
    return str(made["url"]).split("#link=")[1]


def decision(approval: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    path = f"/v1/approvals/{approval['id']}/decisions"
    return path, {"decision": "approve", "hash": approval["hash"]}


def test_who_signs_in_with_a_key_decides_as_that_person(api: Api, browser: httpx.Client) -> None:
    answer = browser.post("/v1/session", json={"key": api.keys["ben"]})
    session = good(answer, 201)
    assert (session["kind"], session["id"], session["name"]) == ("person", "ben", "Ben")
    assert "finance" in session["groups"]
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith(f"{COOKIE}=fermata_")
    for word in ("HttpOnly", "SameSite=Lax", "Path=/", "Max-Age="):
        assert word in cookie
    assert api.keys["ben"] not in cookie
    assert good(browser.get("/v1/session"))["csrf_token"] == session["csrf_token"]
    browser.headers["X-CSRF-Token"] = session["csrf_token"]
    path, body = decision(asked(api))
    decided = good(browser.post(path, json=body))
    assert decided["status"] == "approved"
    [by] = decided["decisions"]
    assert (by["person"], by["door"]) == ("ben", "console")


def test_one_person_is_one_decision_by_key_and_by_cookie(api: Api, browser: httpx.Client) -> None:
    """P3."""
    sign_in(browser, key=api.keys["ben"])
    path, body = decision(asked(api, 5000))
    good(api.ben.post(path, json=body))
    problem(browser.post(path, json=body), 409, "approval.already_decided")


def test_a_link_signs_in_once(api: Api, browser: httpx.Client) -> None:
    link = link_for(api, "cleo")
    assert sign_in(browser, link=link)["id"] == "cleo"
    problem(browser.post("/v1/session", json={"link": link}), 401, "auth.revoked_key")
    assert good(browser.get("/v1/me"))["id"] == "cleo", "the session lives on"


def test_a_link_is_no_key_a_session_is_no_key_and_a_key_is_no_link(
    api: Api, browser: httpx.Client
) -> None:
    link = link_for(api, "cleo")
    bearer = {"Authorization": f"Bearer {link}"}
    problem(api.nobody.get("/v1/me", headers=bearer), 401, "auth.invalid_key")
    problem(browser.post("/v1/session", json={"key": link}), 401, "auth.invalid_key")
    problem(browser.post("/v1/session", json={"link": api.keys["ben"]}), 401, "auth.invalid_key")
    sign_in(browser, link=link)
    session = browser.cookies[COOKIE]
    bearer = {"Authorization": f"Bearer {session}"}
    problem(api.nobody.get("/v1/me", headers=bearer), 401, "auth.invalid_key")
    problem(api.nobody.post("/v1/session", json={"key": session}), 401, "auth.invalid_key")
    key = {"Cookie": f"{COOKIE}={api.keys['ben']}", "Sec-Fetch-Site": "same-origin"}
    problem(api.nobody.get("/v1/me", headers=key), 401, "auth.invalid_key")


def test_an_agent_does_not_sign_in(api: Api, browser: httpx.Client) -> None:
    answer = browser.post("/v1/session", json={"key": api.keys["agent"]})
    problem(answer, 403, "auth.kind_not_allowed")


@pytest.mark.parametrize(
    ("headers", "reason"),
    [
        ({"Sec-Fetch-Site": "cross-site"}, "auth.cross_site"),
        ({"Sec-Fetch-Site": "same-site"}, "auth.cross_site"),
        ({"Sec-Fetch-Site": "none"}, "auth.cross_site"),
        ({"Sec-Fetch-Site": None, "Origin": "https://evil.example"}, "auth.cross_site"),
        ({"Sec-Fetch-Site": None, "Origin": "null"}, "auth.cross_site"),
        ({"Sec-Fetch-Site": None, "Origin": None}, "auth.cross_site"),
        ({"X-CSRF-Token": None}, "auth.bad_csrf_token"),
        ({"X-CSRF-Token": "0" * 64}, "auth.bad_csrf_token"),
    ],
)
def test_a_cookie_alone_decides_nothing(
    api: Api, browser: httpx.Client, headers: dict[str, str | None], reason: str
) -> None:
    sign_in(browser, key=api.keys["ben"])
    for name, value in headers.items():
        if value is None:
            del browser.headers[name]
        else:
            browser.headers[name] = value
    approval = asked(api)
    path, body = decision(approval)
    problem(browser.post(path, json=body), 403, reason)
    assert good(api.ben.get(f"/v1/approvals/{approval['id']}"))["status"] == "pending"


def test_another_sites_page_reads_nothing_and_signs_nobody_in(
    api: Api, browser: httpx.Client
) -> None:
    sign_in(browser, key=api.keys["ben"])
    browser.headers["Sec-Fetch-Site"] = "cross-site"
    problem(browser.get("/v1/approvals"), 403, "auth.cross_site")
    browser.cookies.clear()
    problem(browser.post("/v1/session", json={"key": api.keys["cleo"]}), 403, "auth.cross_site")


def test_two_cookies_are_nobodys(api: Api, browser: httpx.Client) -> None:
    sign_in(browser, key=api.keys["ben"])
    session = browser.cookies[COOKIE]
    browser.cookies.clear()
    both = {"Cookie": f"{COOKIE}={session}; {COOKIE}={session}"}
    problem(browser.get("/v1/me", headers=both), 401, "auth.missing_key")


def test_a_key_in_a_header_counts_before_the_cookie(api: Api, browser: httpx.Client) -> None:
    sign_in(browser, key=api.keys["ben"])
    headers = {"Authorization": f"Bearer {api.keys['cleo']}"}
    assert good(browser.get("/v1/me", headers=headers))["id"] == "cleo"


def test_who_signs_out_is_signed_out_everywhere_with_that_cookie(
    api: Api, browser: httpx.Client
) -> None:
    sign_in(browser, key=api.keys["ben"])
    kept = browser.cookies[COOKIE]
    answer = browser.delete("/v1/session")
    assert answer.status_code == 204
    assert "Max-Age=0" in answer.headers["Set-Cookie"]
    browser.cookies.clear()
    old = {"Cookie": f"{COOKIE}={kept}"}
    problem(browser.get("/v1/me", headers=old), 401, "auth.revoked_key")
    problem(api.ben.delete("/v1/session"), 404, "session.not_found")


def test_a_session_ends_with_its_key_and_with_its_person(api: Api, browser: httpx.Client) -> None:
    good(api.admin.put("/v1/people/guest", json={"name": "Guest"}))
    wish = {"kind": "person", "person": "guest"}
    key = good(api.admin.post("/v1/keys", json=wish), 201)
    sign_in(browser, key=key["key"])
    assert good(browser.get("/v1/me"))["id"] == "guest"
    assert api.admin.delete(f"/v1/keys/{key['id']}").status_code == 204
    problem(browser.get("/v1/me"), 401, "auth.revoked_key")
    sign_in(browser, link=link_for(api, "guest"))
    good(api.admin.put("/v1/people/guest", json={"name": "Guest", "active": False}))
    problem(browser.get("/v1/me"), 401, "auth.inactive_person")


def test_an_admin_ends_a_session_like_a_key(api: Api, browser: httpx.Client) -> None:
    sign_in(browser, key=api.keys["ben"])
    id = good(browser.get("/v1/me"))["key_id"]
    assert good(api.admin.get(f"/v1/keys/{id}"))["use"] == "session"
    assert api.admin.delete(f"/v1/keys/{id}").status_code == 204
    problem(browser.get("/v1/me"), 401, "auth.revoked_key")


def test_the_oldest_of_many_sessions_ends(api: Api, browser: httpx.Client) -> None:
    good(api.admin.put("/v1/people/busy", json={"name": "Busy"}))
    wish = {"kind": "person", "person": "busy"}
    key = good(api.admin.post("/v1/keys", json=wish), 201)["key"]
    sign_in(browser, key=key)
    first = browser.cookies[COOKIE]
    for _ in range(20):
        browser.cookies.clear()
        sign_in(browser, key=key)
    assert good(browser.get("/v1/me"))["id"] == "busy"
    browser.cookies.clear()
    cookie = {"Cookie": f"{COOKIE}={first}"}
    problem(browser.get("/v1/me", headers=cookie), 401, "auth.revoked_key")


@pytest.mark.parametrize("body", [{}, {"key": "a", "link": "b"}, {"key": 7}, {"link": "x" * 300}])
def test_bad_sign_ins_are_told_what_is_wrong(browser: httpx.Client, body: dict[str, Any]) -> None:
    problem(browser.post("/v1/session", json=body), 422, "request.invalid")


def test_no_secret_of_a_session_is_kept(api: Api, browser: httpx.Client) -> None:
    """P15."""
    link = link_for(api, "cleo", for_s=60)
    sign_in(browser, link=link)
    session = browser.cookies[COOKIE]
    keys = api.admin.get("/v1/keys", params={"limit": 200}).text
    for secret in (link.rsplit("_", 1)[1], session.rsplit("_", 1)[1]):
        assert secret not in keys
