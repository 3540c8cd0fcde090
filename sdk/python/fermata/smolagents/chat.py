"""A model's messages to JSON and back, and the hash of what a model was asked."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import PIL.Image
from smolagents.models import (
    ChatMessage,
    ChatMessageToolCall,
    ChatMessageToolCallFunction,
    MessageRole,
    get_tool_json_schema,
)
from smolagents.monitoring import TokenUsage

from . import codec


def content(message: ChatMessage) -> dict[str, Any]:
    """What the journal keeps of a model's answer. The ids of its tool calls are left out, because
    the runtime gives them new ones; so is `raw`, the provider's own object."""
    calls = [
        {"arguments": call.function.arguments, "name": call.function.name}
        for call in message.tool_calls or []
    ]
    usage = message.token_usage
    return {
        "content": message.content,
        "role": str(MessageRole(message.role).value),
        "tool_calls": None if message.tool_calls is None else calls,
        "usage": None if usage is None else [usage.input_tokens, usage.output_tokens],
    }


def decode(encoded: Any) -> ChatMessage:
    """A fresh message, equal to the recorded one but for what `content` leaves out."""
    data = codec.decode(encoded)
    calls = data["tool_calls"]
    usage = data["usage"]
    return ChatMessage(
        role=MessageRole(data["role"]),
        content=data["content"],
        tool_calls=None
        if calls is None
        else [
            ChatMessageToolCall(
                function=ChatMessageToolCallFunction(name=c["name"], arguments=c["arguments"]),
                id="",
                type="function",
            )
            for c in calls
        ],
        token_usage=None if usage is None else TokenUsage(usage[0], usage[1]),
    )


def text(message: ChatMessage) -> str:
    """What a model says in an answer, besides its calls."""
    if isinstance(message.content, str):
        return message.content
    parts = message.content or []
    return "\n".join(str(p.get("text", "")) for p in parts if isinstance(p, dict))


def digest(value: Any) -> str:
    """SHA-256 of a value's JSON, keys sorted. Pictures count by their content."""
    dumped = json.dumps(value, sort_keys=True, separators=(",", ":"), default=_picture_or_text)
    return hashlib.sha256(dumped.encode()).hexdigest()


def request_hash(messages: list[Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> str:
    """What identifies a model call: the messages, the tools on offer, and all other settings."""
    settings = dict(kwargs)
    tools = settings.pop("tools_to_call_from", None)
    return digest(
        {
            "messages": [_message(m) for m in messages],
            "tools": None if tools is None else [get_tool_json_schema(t) for t in tools],
            "settings": settings,
            "args": args,
        }
    )


def _message(message: Any) -> Any:
    if isinstance(message, dict):
        return message
    return {
        "role": str(MessageRole(message.role).value),
        "content": message.content,
        "tool_calls": [
            [call.function.name, call.function.arguments] for call in message.tool_calls or []
        ],
    }


def _picture_or_text(value: Any) -> Any:
    if isinstance(value, PIL.Image.Image):
        image = value.to_raw() if hasattr(value, "to_raw") else value
        pixels = hashlib.sha256(image.tobytes()).hexdigest()
        return {"image": [image.mode, list(image.size), pixels]}
    return str(value)
