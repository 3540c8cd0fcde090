"""The requests about people, groups, keys, policies and the server itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from ._decode import decode
from ._request import Request, endpoint, get, given, many, nothing, one, post
from .directory import (
    ApiKey,
    Group,
    Person,
    Policy,
    PolicyCheck,
    PolicyExplanation,
    Resource,
)
from .explanations import Freeze
from .models import ApprovalRequest, KeyKind, Page
from .permissions import Permission, PermissionUse


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
        roles: Sequence[str] | None = None,
        attributes: Mapping[str, str] | None = None,
        manager: str | None = None,
    ) -> Request[Person]:
        """Creates or replaces a person; what is not given is emptied."""
        body = given(
            name=name,
            email=email,
            identities=identities,
            active=active,
            roles=None if roles is None else list(roles),
            attributes=attributes,
            manager=manager,
        )
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
    def put_resource(
        self, resource_id: str, *, owners: Sequence[str], name: str | None = None
    ) -> Request[Resource]:
        """Creates or replaces what calls are about; `owner(path)` of a policy finds its owners."""
        body = given(id=resource_id, name=name, owners=list(owners))
        return Request("PUT", "/v1/resources", one(Resource), body=body)

    @endpoint
    def list_resources(
        self, *, limit: int | None = None, cursor: str | None = None
    ) -> Request[Page[Resource]]:
        """The resources."""
        return get("/v1/resources", many(Resource), limit=limit, cursor=cursor)

    @endpoint
    def delete_resource(self, resource_id: str) -> Request[None]:
        """Removes a resource: nobody is its owner then."""
        return Request("DELETE", "/v1/resources", nothing, params={"id": resource_id})

    @endpoint
    def freeze(
        self,
        *,
        reason: str,
        agent: str | None = None,
        tool: str | None = None,
        everything: bool | None = None,
    ) -> Request[Freeze]:
        """Throws the kill switch for an agent, a tool, both together, or with `everything=True`
        for all of the tenant: nothing of it runs and no clock of it goes on until `thaw`."""
        body = given(reason=reason, agent=agent, tool=tool, everything=everything)
        return Request("POST", "/v1/freezes", one(Freeze), body=body)

    @endpoint
    def thaw(self, freeze_id: str, *, reason: str | None = None) -> Request[Freeze]:
        """Lifts the kill switch; deadlines have moved by exactly the time that was frozen."""
        path = f"/v1/freezes/{quote(freeze_id, safe='')}/thaw"
        return post(path, one(Freeze), reason=reason)

    @endpoint
    def list_freezes(
        self, *, limit: int | None = None, cursor: str | None = None
    ) -> Request[Page[Freeze]]:
        """What is frozen, then what was."""
        return get("/v1/freezes", many(Freeze), limit=limit, cursor=cursor)

    @endpoint
    def give_permission(
        self,
        *,
        when: dict[str, Any],
        calls: int,
        reason: str,
        like: str | None = None,
        tool: str | None = None,
        agent: str | None = None,
        definition_hash: str | None = None,
        for_s: int | None = None,
        until: str | None = None,
        sum: dict[str, str] | None = None,
    ) -> Request[Permission]:
        """Says yes in advance to calls like these, so far as one's yes goes. A person's key only.
        Either `like`, a request, or tool, agent and the tool's definition; `for_s` or `until`."""
        return post(
            "/v1/permissions",
            one(Permission),
            like=like,
            tool=tool,
            agent=agent,
            definition_hash=definition_hash,
            when=when,
            for_s=for_s,
            until=until,
            calls=calls,
            sum=sum,
            reason=reason,
        )

    @endpoint
    def get_permission(self, permission_id: str) -> Request[Permission]:
        """How it stands: what it allows, what of that is used, and until when."""
        return get(f"/v1/permissions/{quote(permission_id, safe='')}", one(Permission))

    @endpoint
    def list_permission_uses(
        self, permission_id: str, *, limit: int | None = None, cursor: str | None = None
    ) -> Request[Page[PermissionUse]]:
        """In their order. A page may hold fewer than `limit` though others follow."""
        path = f"/v1/permissions/{quote(permission_id, safe='')}/uses"
        return get(path, many(PermissionUse), limit=limit, cursor=cursor)

    @endpoint
    def list_permissions(
        self, *, limit: int | None = None, cursor: str | None = None
    ) -> Request[Page[Permission]]:
        """Those that stand, and of the others the latest."""
        return get("/v1/permissions", many(Permission), limit=limit, cursor=cursor)

    @endpoint
    def join_permission(self, permission_id: str) -> Request[Permission]:
        """Agrees to a permission that somebody else gave."""
        return post(f"/v1/permissions/{quote(permission_id, safe='')}/join", one(Permission))

    @endpoint
    def revoke_permission(
        self, permission_id: str, *, reason: str | None = None
    ) -> Request[Permission]:
        """Ends a permission at once."""
        path = f"/v1/permissions/{quote(permission_id, safe='')}/revoke"
        return post(path, one(Permission), reason=reason)

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
    def policy_version(self, version: int) -> Request[Policy]:
        """One version of the policy, with its source."""
        return get(f"/v1/policies/versions/{version}", one(Policy))

    @endpoint
    def publish_policy(
        self, source: str, *, reason: str | None = None
    ) -> Request[Policy | ApprovalRequest]:
        """Proposes a policy: the request that people are asked with. A tenant's first one is in
        force at once and is answered itself. Pending requests are never loosened by it."""

        def read(data: Any) -> Policy | ApprovalRequest:
            if "kind" in data:
                return decode(ApprovalRequest, data)
            return decode(Policy, data)

        return post("/v1/policies", read, source=source, reason=reason)

    @endpoint
    def check_policy(self, source: str) -> Request[PolicyCheck]:
        """Says what is wrong with a policy, without publishing it."""
        return post("/v1/policies/check", one(PolicyCheck), source=source)

    @endpoint
    def explain_policy(
        self,
        tool: str,
        arguments: Mapping[str, Any],
        *,
        agent: str | None = None,
        on_behalf_of: str | None = None,
        tags: Sequence[str] | None = None,
        at: str | None = None,
        calls: int | None = None,
        sums: Mapping[str, str] | None = None,
    ) -> Request[PolicyExplanation]:
        """What the policy would say to a call, here or at a time, after so many others."""
        return post(
            "/v1/policies/explain",
            one(PolicyExplanation),
            tool=tool,
            arguments=arguments,
            agent=agent,
            on_behalf_of=on_behalf_of,
            tags=tags,
            at=at,
            calls=calls,
            sums=sums,
        )

    @endpoint
    def me(self) -> Request[dict[str, Any]]:
        """Whose key this is."""
        return get("/v1/me", dict)

    @endpoint
    def ready(self) -> Request[None]:
        """Returns when the server takes requests; raises `Unavailable` when it does not."""
        return get("/readyz", nothing)
