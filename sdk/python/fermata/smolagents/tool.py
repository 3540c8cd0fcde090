"""A tool whose calls are asked for, run once, and journaled: open, verdict, run, close.

The server decides whether a call may run; this side proves that what it runs is exactly what was
decided on. Before anything runs, the hash H is computed anew from the binding that came with the
permission, and the binding is compared with this very call.
"""

from __future__ import annotations

import hashlib
import inspect
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

from smolagents.agent_types import handle_agent_input_types, handle_agent_output_types
from smolagents.tools import Tool

from .. import durable
from ..models import Call, CallVerdict
from . import codec, failure, guard
from .fingerprint import definition_hash
from .outcome import BindingMismatch
from .scope import Scope, Site
from .tools import RunTool


@dataclass(frozen=True)
class ToolOutcome:
    """What a call came to: a value, or what the model is told in place of one. `note` is what it
    must be told besides."""

    value: Any
    refused: bool = False
    note: str = ""


class DurableTool(Tool):  # type: ignore[misc]
    """Wraps a tool. To an agent, its prompts and its model it looks like the tool itself."""

    skip_forward_signature_validation = True

    def __init__(self, inner: Tool, scope: Scope, *, gated: bool = True) -> None:
        """`gated` false only lets the tool take part in the run's latch: `final_answer` has no
        effect, but must not answer for a run that has been stopped."""
        self.name = inner.name
        self.description = inner.description
        self.inputs = inner.inputs
        self.output_type = inner.output_type
        self.output_schema = getattr(inner, "output_schema", None)
        self.is_initialized = True
        self._inner = inner
        self._scope = scope
        self._gated = gated
        self._definition_hash = definition_hash(inner)
        undo = durable.undo_of(inner)
        self._undo = None if undo is None else durable.undo_name(undo)
        self._idempotent = any(
            getattr(part, "idempotent", False) is True
            for part in (inner, getattr(inner, "forward", None))
        )

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") or name in ("_inner", "_scope"):
            raise AttributeError(name)
        return getattr(self._inner, name)

    def __repr__(self) -> str:
        return f"<tool {self.name}>"  # the same in each process, where code prints it

    def to_code_prompt(self) -> str:
        return str(self._inner.to_code_prompt())

    def to_tool_calling_prompt(self) -> str:
        return str(self._inner.to_tool_calling_prompt())

    def __call__(self, *args: Any, sanitize_inputs_outputs: bool = False, **kwargs: Any) -> Any:
        """As the tool's own. Leaves the run when people must decide first."""
        scope = self._scope
        if not self._gated:
            scope.latch.check()
            return self._inner(*args, sanitize_inputs_outputs=sanitize_inputs_outputs, **kwargs)
        site = scope.site(self.name)
        scope.latch.check(site.batch)
        if sanitize_inputs_outputs:
            args, kwargs = handle_agent_input_types(*args, **kwargs)
        arguments = self._bind(args, kwargs)
        if isinstance(self._inner, RunTool):
            return self._inner.perform(scope, site, arguments)
        outcome = self.outcome(site, arguments)
        if scope.in_code:
            # A value goes on into the agent's code; what it must know goes to the block's log.
            if outcome.note:
                scope.notes.append(outcome.note)
            return outcome.value
        if outcome.refused:
            return handle_agent_output_types(outcome.value)
        if outcome.note:
            return handle_agent_output_types(f"{outcome.value}\n\n{outcome.note}")
        if sanitize_inputs_outputs:
            return handle_agent_output_types(outcome.value, self.output_type)
        return outcome.value

    def forward(self, *args: Any, **kwargs: Any) -> Any:
        return self(*args, **kwargs)

    def _bind(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> dict[str, Any]:
        """All arguments by name, defaults included, as people shall see them. Raises TypeError
        when the tool could not be called so."""
        only = args[0] if len(args) == 1 and not kwargs else None
        if isinstance(only, dict) and all(key in self.inputs for key in only):
            args, kwargs = (), only
        signature = inspect.signature(self._inner.forward)
        parameters = [p for p in signature.parameters.values() if p.name != "self"]
        if any(p.kind in (p.VAR_POSITIONAL, p.VAR_KEYWORD) for p in parameters):
            if len(args) > len(self.inputs):
                raise TypeError(f"{self.name}() takes {len(self.inputs)} arguments")
            return {**dict(zip(self.inputs, args, strict=False)), **kwargs}
        try:
            bound = signature.replace(parameters=parameters).bind(*args, **kwargs)
        except TypeError as error:
            raise TypeError(f"{self.name}(): {error}") from None
        bound.apply_defaults()
        return dict(bound.arguments)

    def outcome(self, site: Site, arguments: dict[str, Any]) -> ToolOutcome:
        """What the call at `site` comes to: from the journal, or by asking and running it."""
        sent = {}
        for name, value in arguments.items():
            try:
                sent[name] = codec.encode_argument(value)
            except codec.Unsupported as error:
                raise TypeError(f"{self.name}(): argument {name!r}: {error}") from None
        if codec.size(sent) > codec.MAX_BYTES:
            raise TypeError(f"{self.name}(): the arguments are too large for the journal")
        return self.outcome_of(site, arguments, sent)

    def outcome_of(
        self, site: Site, arguments: dict[str, Any], sent: dict[str, Any]
    ) -> ToolOutcome:
        """As `outcome`, of arguments that are encoded already."""
        journal = self._scope.journal
        call = journal.tool_call(site.key, self.name, sent)
        if call is None:
            verdict = journal.open(
                site.key,
                self.name,
                sent,
                definition_hash=self._definition_hash,
                undo=self._undo,
                idempotent=self._idempotent,
                why=self._scope.why or None,
            )
            if verdict.verdict == "wait":
                if verdict.approval is None:
                    self._refuse(site.key, "the server says to wait, but not for what")
                self._scope.latch.suspend(site.key, verdict.approval, site.batch)
            if verdict.verdict == "run":
                return self._run(site, verdict, arguments, sent)
            if verdict.verdict == "deny":
                return self._denied(verdict.reason, verdict.message)
            call = verdict.call
        return self._replayed(call)

    def _replayed(self, call: Call) -> ToolOutcome:
        if call.denial is not None:
            return self._denied(call.denial.reason, call.denial.message)
        chosen = self._chosen(call.key, call.effective_tool or self.name)
        note = self._note(chosen, call.arguments, _effective(call))
        if call.error is not None:
            error = failure.rebuild(call.error.type, call.error.message)
            raise self._told(error, note)
        return ToolOutcome(chosen._decode(call.result), note=note)

    def _chosen(self, key: str, name: str) -> DurableTool:
        """The tool that is called: this one, or the one that people chose in its place."""
        if name == self.name:
            return self
        other = self._scope.journal.tools.get(name)
        if other is None:
            self._refuse(key, f"people chose {name} instead, which this agent does not have")
        return DurableTool(other, self._scope)

    def _told(self, error: Exception, note: str) -> Exception:
        """`error` as the agent sees it: when people changed the arguments it must know that, for
        smolagents quotes those that the model wrote."""
        if not note:
            return error
        if self._scope.in_code:  # whose `except` may look at the error
            self._scope.notes.append(note)
            return error
        told = failure.describe(error)
        return failure.rebuild(told["type"], f"{told['message']}\n\n{note}")

    def _denied(self, reason: str, message: str) -> ToolOutcome:
        text = message or f"The call was not allowed ({reason}). It did not run."
        note = f"[{self.name}] {text}" if self._scope.in_code else ""
        return ToolOutcome(text, refused=True, note=note)

    def _run(
        self, site: Site, verdict: CallVerdict, arguments: dict[str, Any], sent: dict[str, Any]
    ) -> ToolOutcome:
        chosen = self._chosen(site.key, verdict.tool or self.name)
        chosen._verify(site.key, verdict, sent)
        effective: dict[str, Any] = verdict.arguments
        actual = {
            name: codec.restore_argument(arguments[name], sent[name], value)
            if name in arguments and chosen is self
            else codec.decode(value)
            for name, value in effective.items()
        }
        scope = self._scope
        note = self._note(chosen, sent, effective)
        running = guard.Running(chosen._inner, self._ask_inside(site))
        with (
            scope.busy(),
            durable.running_call(verdict.idempotency_key),
            scope.inside_tool(),
            guard.permitted(running),
        ):
            try:
                value = chosen._inner(**actual)
            except Exception as error:
                if running.stopped:
                    scope.latch.check()
                scope.journal.close(verdict, error=failure.describe(error))
                raise self._told(failure.as_recorded(error), note) from None
        if running.stopped:  # and the tool has swallowed it: its value is no result
            scope.latch.check()
        if not scope.in_code and codec.has_set(value):
            value = str(value)  # which is what the model is shown, now and on each replay
        try:
            encoded = chosen._encode(value)
        except Exception as error:  # of the tool's encode_result, too
            # It has happened: that much is recorded, or people would be asked whether it did.
            lost = failure.lost_result(chosen.name, error)
            scope.journal.close(verdict, error=lost)
            told = failure.rebuild(lost["type"], lost["message"])
            raise self._told(told, note) from None
        scope.journal.close(verdict, result=encoded)
        return ToolOutcome(value, note=note)

    def _ask_inside(self, site: Site) -> Callable[..., Any]:
        """How this call, while it runs, calls other tools of the run: gated, under its own key."""
        inside = Scope(self._scope.journal, self._scope.turn, site.key, batch=site.batch)
        inside.why = self._scope.why

        def ask(tool: Tool, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
            return DurableTool(tool, inside)(*args, **kwargs)

        return ask

    def _verify(self, key: str, verdict: CallVerdict, sent: dict[str, Any]) -> None:
        """Refuses a permission that is not for this call, as sent or as people edited it."""
        binding, journal = verdict.binding, self._scope.journal
        if verdict.call.key != key:
            self._refuse(key, f"it is for {verdict.call.key}")
        computed = hashlib.sha256(codec.canonical(binding)).hexdigest()
        if computed != verdict.hash:
            self._refuse(key, f"the binding's hash is {computed}, not {verdict.hash}")
        expected = {
            "tool": self.name,
            "workflow": journal.workflow_id,
            "epoch": journal.epoch,
            "definition_hash": self._definition_hash,
        }
        for field, value in expected.items():
            if binding.get(field) != value:
                self._refuse(key, f"its {field} is {binding.get(field)!r}, not {value!r}")
        if not isinstance(verdict.arguments, dict) or codec.canonical(
            binding.get("arguments")
        ) != codec.canonical(verdict.arguments):
            self._refuse(key, "its arguments are not those that were decided on")
        if not verdict.edited and codec.canonical(verdict.arguments) != codec.canonical(sent):
            self._refuse(key, "its arguments are not those that were asked for")

    def _refuse(self, key: str, why: str) -> NoReturn:
        self._scope.latch.abort(BindingMismatch(f"{key}: the permission is refused: {why}"))

    def _note(self, chosen: DurableTool, asked: Any, effective: Any) -> str:
        """What the model is told about a tool or arguments that people changed."""
        asked, effective = asked or {}, effective or {}
        if chosen is not self:
            given = ", ".join(f"{name}={_show(effective, name)}" for name in sorted(effective))
            text = f"A person had {chosen.name}({given}) called instead of {self.name}"
            return f"[{text}; what came of it is that one's]"
        changes = [
            f"{name}: {_show(asked, name)} -> {_show(effective, name)}"
            for name in sorted({*asked, *effective})
            if _differs(asked, effective, name)
        ]
        if not changes:
            return ""
        text = f"A person changed the arguments of this call of {self.name} before it ran"
        return f"[{text}: {'; '.join(changes)}]"

    def _encode(self, value: Any) -> Any:
        hook: Callable[[Any], Any] | None = getattr(self._inner, "encode_result", None)
        return codec.encode(hook(value) if hook else value)

    def _decode(self, encoded: Any) -> Any:
        hook: Callable[[Any], Any] | None = getattr(self._inner, "decode_result", None)
        value = codec.decode(encoded)
        return hook(value) if hook else value


def _effective(call: Call) -> Any:
    return call.arguments if call.effective_arguments is None else call.effective_arguments


def _differs(asked: Mapping[str, Any], effective: Mapping[str, Any], name: str) -> bool:
    if name not in asked or name not in effective:
        return True
    return codec.canonical(asked[name]) != codec.canonical(effective[name])


def _show(arguments: Mapping[str, Any], name: str) -> str:
    """As the server keeps it, by value: 900.0 and 900 are told the same, now and on each replay."""
    if name not in arguments:
        return "(none)"
    return repr(codec.decode(json.loads(codec.canonical(arguments[name]))))
