"""A model whose answers are journaled: asked once, replayed ever after."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NoReturn

from smolagents.models import (
    ChatMessage,
    ChatMessageStreamDelta,
    ChatMessageToolCallFunction,
    ChatMessageToolCallStreamDelta,
    Model,
    agglomerate_stream_deltas,
)
from smolagents.monitoring import TokenUsage

from . import chat
from .outcome import ModelFailed
from .scope import Scope, one_line


class DurableModel(Model):  # type: ignore[misc]
    """Wraps a model. A failure of it ends the run instead of becoming part of it: nothing is
    recorded then, and the next run asks again. A crash before an answer is recorded also means that
    it is asked (and billed) again."""

    def __init__(self, inner: Model, scope: Scope) -> None:
        # Not Model.__init__: what it would set is the inner model's to say.
        self._inner = inner
        self._scope = scope

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") or name in ("_inner", "_scope"):
            raise AttributeError(name)
        return getattr(self._inner, name)

    @property
    def name(self) -> str:
        """What the journal calls this model."""
        return one_line(getattr(self._inner, "model_id", None) or type(self._inner).__name__)

    def generate(self, messages: list[Any], *args: Any, **kwargs: Any) -> ChatMessage:
        """As the inner model's; always a fresh message, the same when it is replayed."""
        key, request, recorded = self._ask(messages, args, kwargs)
        if recorded is None:
            with self._scope.busy():
                try:
                    answer = self._inner.generate(messages, *args, **kwargs)
                except Exception as error:
                    self._fail(key, error)
            recorded = self._record(key, request, answer)
        return self._answer(recorded)

    def parse_tool_calls(self, message: ChatMessage) -> ChatMessage:
        """As the inner model's, which must depend on nothing but the message."""
        return self._inner.parse_tool_calls(message)

    def _ask(
        self, messages: list[Any], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> tuple[str, str, Any]:
        self._scope.latch.check()
        key = self._scope.next_model()
        request = chat.request_hash(messages, args, kwargs)
        call = self._scope.journal.record(key, "model", self.name, request)
        return key, request, None if call is None else call.result

    def _record(self, key: str, request: str, answer: ChatMessage) -> Any:
        journal = self._scope.journal
        encoded = journal.encode(key, chat.content(answer))
        journal.write(key, "model", self.name, request, encoded)
        return encoded

    def _answer(self, recorded: Any) -> ChatMessage:
        message = chat.decode(recorded)
        self._scope.answered(chat.text(message))
        return message

    def _fail(self, key: str, error: Exception) -> NoReturn:
        failed = ModelFailed(f"{key}: {type(error).__name__}: {error}")
        failed.__cause__ = error
        self._scope.latch.abort(failed)


class DurableStreamingModel(DurableModel):
    """Wraps a model that can stream. What is journaled is the whole message, once it is there; a
    replayed one comes in one piece."""

    def generate_stream(
        self, messages: list[Any], *args: Any, **kwargs: Any
    ) -> Iterator[ChatMessageStreamDelta]:
        """As the inner model's, but usage comes last and in one sum, as in a replay."""
        key, request, recorded = self._ask(messages, args, kwargs)
        if recorded is None:
            deltas: list[ChatMessageStreamDelta] = []
            with self._scope.busy():
                try:
                    for delta in self._inner.generate_stream(messages, *args, **kwargs):
                        deltas.append(delta)
                        yield ChatMessageStreamDelta(delta.content, delta.tool_calls)
                    answer = agglomerate_stream_deltas(deltas)
                except Exception as error:
                    self._fail(key, error)
            message = self._answer(self._record(key, request, answer))
        else:
            message = self._answer(recorded)
            yield ChatMessageStreamDelta(str(message.content or ""), _as_deltas(message))
        usage = message.token_usage or TokenUsage(0, 0)
        yield ChatMessageStreamDelta("", token_usage=usage)


def _as_deltas(message: ChatMessage) -> list[ChatMessageToolCallStreamDelta]:
    return [
        ChatMessageToolCallStreamDelta(
            index=index,
            id="",
            type="function",
            function=ChatMessageToolCallFunction(
                name=call.function.name, arguments=call.function.arguments
            ),
        )
        for index, call in enumerate(message.tool_calls or [])
    ]


def wrap(model: Model, scope: Scope) -> DurableModel:
    """Wraps a model with what it can do: smolagents asks whether there is a `generate_stream`."""
    kind = DurableStreamingModel if hasattr(model, "generate_stream") else DurableModel
    return kind(model, scope)
