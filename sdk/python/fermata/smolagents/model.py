"""A model whose answers are journaled: asked once, replayed ever after."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, NoReturn

from smolagents.models import (
    ChatMessage,
    ChatMessageStreamDelta,
    ChatMessageToolCallFunction,
    ChatMessageToolCallStreamDelta,
    MessageRole,
    Model,
    agglomerate_stream_deltas,
)
from smolagents.monitoring import TokenUsage

from . import chat
from .outcome import ModelFailed
from .questions import Said
from .scope import Scope, one_line


@dataclass
class _Asked:
    """One call of a model: what it is asked, and what was recorded of its answer."""

    key: str
    messages: list[Any]
    request: str = ""
    recorded: Any = None


def _notice(text: str) -> ChatMessage:
    return ChatMessage(role=MessageRole.USER, content=[{"type": "text", "text": text}])


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
        with self._asking(messages, args, kwargs) as asked:
            if asked.recorded is None:
                with self._scope.busy():
                    try:
                        answer = self._inner.generate(asked.messages, *args, **kwargs)
                    except Exception as error:
                        self._fail(asked.key, error)
                asked.recorded = self._record(asked, answer)
            return self._answer(asked)

    def parse_tool_calls(self, message: ChatMessage) -> ChatMessage:
        """As the inner model's, which must depend on nothing but the message."""
        return self._inner.parse_tool_calls(message)

    @contextmanager
    def _asking(
        self, messages: list[Any], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> Iterator[_Asked]:
        """Surrounds one call of the model."""
        scope, journal = self._scope, self._scope.journal
        scope.latch.check()
        key = scope.next_model()
        notice = journal.notices.of(key, journal.has(key))
        asked = _Asked(key, messages if notice is None else [*messages, _notice(notice)])
        try:
            asked.request = chat.request_hash(asked.messages, args, kwargs)
            call = journal.record(key, "model", self.name, asked.request)
            if call is not None:
                asked.recorded = call.result
            else:
                journal.writable(key)
                scope.mark_step()
            yield asked
        finally:
            journal.notices.told(key, asked.recorded is not None)

    def _record(self, asked: _Asked, answer: ChatMessage) -> Any:
        journal = self._scope.journal
        encoded = journal.encode(asked.key, chat.content(answer))
        journal.write(asked.key, "model", self.name, asked.request, encoded)
        return encoded

    def _answer(self, asked: _Asked) -> ChatMessage:
        message, scope = chat.decode(asked.recorded), self._scope
        scope.answered(chat.text(message))
        scope.journal.saying(scope.path, Said(self._inner, asked.messages, message))
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
        with self._asking(messages, args, kwargs) as asked:
            if asked.recorded is None:
                deltas: list[ChatMessageStreamDelta] = []
                with self._scope.busy():
                    try:
                        for delta in self._inner.generate_stream(asked.messages, *args, **kwargs):
                            deltas.append(delta)
                            yield ChatMessageStreamDelta(delta.content, delta.tool_calls)
                        answer = agglomerate_stream_deltas(deltas)
                    except Exception as error:
                        self._fail(asked.key, error)
                asked.recorded = self._record(asked, answer)
                message = self._answer(asked)
            else:
                message = self._answer(asked)
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
