"""What a workflow's replay depends on, so that a change of it is noticed before it does harm.

A fingerprint maps names to short texts or hashes. Two that are equal render the same prompts from
the same history; where they differ, the names say what was changed. A tool's code is no part of it:
recorded calls are not run again, so that it may be mended while a workflow waits.
"""

from __future__ import annotations

import platform
from collections.abc import Mapping
from typing import Any

import smolagents
from smolagents import MultiStepAgent
from smolagents.tools import Tool

from . import chat

# Of the journal's keys and encodings; a new number makes running workflows refuse a new runtime.
FORMAT = 1


def definition_hash(tool: Tool) -> str:
    """The hash of how a tool presents itself. It is part of what people approve."""
    return chat.digest(
        {
            "name": tool.name,
            "description": tool.description,
            "inputs": tool.inputs,
            "output_type": tool.output_type,
            "output_schema": getattr(tool, "output_schema", None),
        }
    )


def of(agent: MultiStepAgent, *, gate_code: bool = False) -> dict[str, str]:
    """The fingerprint of an agent as it is, before it is wrapped, and of how it is to be run."""
    python = ".".join(platform.python_version_tuple()[:2])
    found = {"format": str(FORMAT), "smolagents": smolagents.__version__, "python": python}
    if gate_code:
        found["gate_code"] = "True"
    _add(found, "agent", agent)
    return found


def tools(agent: MultiStepAgent) -> dict[str, Tool]:
    """The tools of an agent and of its team, by name."""
    found: dict[str, Tool] = {}
    for member in agent.managed_agents.values():
        found.update(tools(member))
    return {**found, **agent.tools}


def _add(found: dict[str, str], path: str, agent: MultiStepAgent) -> None:
    model = agent.model
    found[path] = type(agent).__name__
    found[f"{path}.model"] = str(getattr(model, "model_id", None) or type(model).__name__)
    found[f"{path}.prompts"] = chat.digest(
        [agent.prompt_templates, agent.instructions, agent.initialize_system_prompt()]
    )
    found[f"{path}.steps"] = f"{agent.max_steps}, planning {agent.planning_interval}"
    found[f"{path}.stream"] = str(bool(agent.stream_outputs))
    for name, tool in agent.tools.items():
        found[f"{path}.tool.{name}"] = definition_hash(tool)
    imports = getattr(agent, "authorized_imports", None)
    if imports is not None:
        found[f"{path}.imports"] = ", ".join(imports)
    for name, member in agent.managed_agents.items():
        _add(found, f"{path}.{name}", member)


def changes(before: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    """What differs between two fingerprints, in words."""
    found = []
    for name in sorted({*before, *now}):
        old, new = before.get(name), now.get(name)
        if old == new:
            continue
        if old is None:
            found.append(f"{name} is new")
        elif new is None:
            found.append(f"{name} is gone")
        elif max(len(str(old)), len(str(new))) <= 40:
            found.append(f"{name}: {old} -> {new}")
        else:
            found.append(f"{name} has changed")
    return found
