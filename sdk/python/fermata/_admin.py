"""The requests about people, groups, keys, policies and the server itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from ._request import Request, endpoint, get, given, many, nothing, one, post
from .directory import ApiKey, Group, Person, Policy, PolicyCheck, PolicyExplanation
from .models import KeyKind, Page


class AdminEndpoints:
    """Methods of both clients; see `Endpoint` for how they are sync or async."""

    @endpoint
    def put_person(
        self,
        person_id: str,
        *,
        name: str,
        email: str | None = None,
        identities: Mapping[str, str] | None = None,
        active: bool | None = None,
    ) -> Request[Person]:
        """Creates or replaces a person."""
        body = given(name=name, email=email, identities=identities, active=active)
        return Request("PUT", f"/v1/people/{quote(person_id, safe='')}", one(Person), body=body)

    @endpoint
    def list_people(
        self, *, limit: int | None = None, cursor: str | None = None
    ) -> Request[Page[Person]]:
        """The people."""
        return get("/v1/people", many(Person), limit=limit, cursor=cursor)

    @endpoint
    def get_person(self, person_id: str) -> Request[Person]:
        """One person."""
        return get(f"/v1/people/{quote(person_id, safe='')}", one(Person))

    @endpoint
    def put_group(
        self, group_id: str, *, members: Sequence[str], name: str | None = None
    ) -> Request[Group]:
        """Creates or replaces a group. One without members is nobody."""
        body = given(name=name, members=list(members))
        return Request("PUT", f"/v1/groups/{quote(group_id, safe='')}", one(Group), body=body)

    @endpoint
    def list_groups(
        self, *, limit: int | None = None, cursor: str | None = None
    ) -> Request[Page[Group]]:
        """The groups."""
        return get("/v1/groups", many(Group), limit=limit, cursor=cursor)

    @endpoint
    def get_group(self, group_id: str) -> Request[Group]:
        """One group."""
        return get(f"/v1/groups/{quote(group_id, safe='')}", one(Group))

    @endpoint
    def delete_group(self, group_id: str) -> Request[None]:
        """Removes a group."""
        return Request("DELETE", f"/v1/groups/{quote(group_id, safe='')}", nothing)

    @endpoint
    def create_key(
        self,
        *,
        kind: KeyKind,
        agent: str | None = None,
        person: str | None = None,
        on_behalf_of: str | None = None,
        label: str | None = None,
        expires_at: str | None = None,
    ) -> Request[ApiKey]:
        """Makes a key. Its secret is in this answer and nowhere else."""
        return post(
            "/v1/keys",
            one(ApiKey),
            kind=kind,
            agent=agent,
            person=person,
            on_behalf_of=on_behalf_of,
            label=label,
            expires_at=expires_at,
        )

    @endpoint
    def list_keys(
        self, *, limit: int | None = None, cursor: str | None = None
    ) -> Request[Page[ApiKey]]:
        """The keys, without their secrets."""
        return get("/v1/keys", many(ApiKey), limit=limit, cursor=cursor)

    @endpoint
    def revoke_key(self, key_id: str) -> Request[None]:
        """Makes a key worthless."""
        return Request("DELETE", f"/v1/keys/{quote(key_id, safe='')}", nothing)

    @endpoint
    def list_policies(
        self, *, limit: int | None = None, cursor: str | None = None
    ) -> Request[Page[Policy]]:
        """The policy's versions, newest first."""
        return get("/v1/policies", many(Policy), limit=limit, cursor=cursor)

    @endpoint
    def current_policy(self) -> Request[Policy]:
        """The policy in force, with its source."""
        return get("/v1/policies/current", one(Policy))

    @endpoint
    def publish_policy(self, source: str) -> Request[Policy]:
        """Puts a policy in force. Pending requests are never loosened by it."""
        return post("/v1/policies", one(Policy), source=source)

    @endpoint
    def check_policy(self, source: str) -> Request[PolicyCheck]:
        """Says what is wrong with a policy, without publishing it."""
        return post("/v1/policies/check", one(PolicyCheck), source=source)

    @endpoint
    def explain_policy(self, tool: str, arguments: Mapping[str, Any]) -> Request[PolicyExplanation]:
        """What the policy would say to a call."""
        return post("/v1/policies/explain", one(PolicyExplanation), tool=tool, arguments=arguments)

    @endpoint
    def me(self) -> Request[dict[str, Any]]:
        """Whose key this is."""
        return get("/v1/me", dict)

    @endpoint
    def ready(self) -> Request[None]:
        """Returns when the server takes requests; raises `Unavailable` when it does not."""
        return get("/readyz", nothing)
