"""Forms of smolagents that the other tests do not go through: checks of the final answer, pictures
that come with the task, nested teams, sounds and bytes, the time."""

from __future__ import annotations

import datetime
import time
from typing import Any

import PIL.Image
import pytest
from agents import Ledger, call, code, coder, final, memory_of, report, say, text_of, tool_caller
from peer import People
from smolagents import ActionStep, MultiStepAgent, Tool

from fermata import durable
from fermata.smolagents import Completed, Fermata, Now, Suspended

GATED = say("I pay.", call("refund", {"order": "A", "amount": 500}))


def finish(fermata: Fermata, people: People, agent: Any, result: Any) -> Completed:
    for _ in range(8):
        if isinstance(result, Completed):
            return result
        people.approve_all(result.workflow_id)
        result = fermata.run(agent, workflow_id=result.workflow_id)
    raise AssertionError("it never came to an end")


@pytest.mark.parametrize("kind", [tool_caller, coder])
def test_a_final_answer_that_fails_its_check_is_tried_again_and_replayed_so(
    fermata: Fermata, people: People, ledger: Ledger, kind: Any
) -> None:
    def long_enough(answer: Any, memory: Any, agent: Any = None) -> bool:
        judged = durable.effect(lambda: len(ledger.read("judged")), name="judge")
        ledger.write("judged")
        assert len(str(answer)) > 3, f"too short, said judge {judged}"
        return True

    def agent() -> MultiStepAgent:
        if kind is coder:
            answers = [code("final_answer('ok')"), code("refund('A', 500)\nfinal_answer('better')")]
        else:
            answers = [say("Done.", *(final("ok").tool_calls or [])), GATED, final("better")]
        made: MultiStepAgent = kind(ledger, answers, final_answer_checks=[long_enough])
        return made

    done = finish(fermata, people, agent, fermata.run(agent, "answer"))
    assert done.output == "better"
    assert ledger.refunds() == [("A", 500)]
    assert "too short" in text_of(done.agent.write_memory_to_messages())
    assert memory_of(fermata.replay(agent, done.workflow_id).agent) == memory_of(done.agent)


def test_pictures_that_come_with_the_task_are_there_after_a_resume(
    fermata: Fermata, people: People, ledger: Ledger
) -> None:
    seen: list[Any] = []

    def look(messages: Any) -> Any:
        parts = [p for m in messages if isinstance(m.content, list) for p in m.content]
        seen.extend(p["image"].size for p in parts if p.get("type") == "image")
        return GATED

    agent = tool_caller(ledger, [look, report])
    first = fermata.run(agent, "look", images=[PIL.Image.new("RGB", (3, 4), "blue")])
    assert isinstance(first, Suspended)
    done = finish(fermata, people, agent, first)
    assert seen == [(3, 4)]
    pictures = done.agent.memory.steps[0].task_images
    assert pictures[0].getpixel((0, 0)) == (0, 0, 255)


class Sound(Tool):
    name = "note_sound"
    description = "Records a sound, as its rate and samples, and as a file's bytes."
    inputs: dict[str, Any] = {}
    output_type = "any"

    def __init__(self, ledger: Ledger) -> None:
        super().__init__()
        self.ledger = ledger

    def forward(self) -> Any:
        self.ledger.write("sound")
        return 16_000, [0.0, 0.5, -1.0], b"RIFF\x00\xff"


def test_sounds_and_bytes_come_back_as_they_were(
    fermata: Fermata, people: People, ledger: Ledger
) -> None:
    block = """
rate, samples, file = note_sound()
refund("A", 500)
final_answer([rate, samples, file])
"""
    agent = coder(ledger, [code(block)], Sound(ledger))
    done = finish(fermata, people, agent, fermata.run(agent, "listen"))
    assert done.output == [16_000, [0.0, 0.5, -1.0], b"RIFF\x00\xff"]
    assert [type(s) for s in done.output[1]] == [float] * 3
    assert len(ledger.read("sound")) == 1
    again = fermata.run(agent, workflow_id=done.workflow_id)
    assert isinstance(again, Completed)
    assert again.output == done.output


def test_a_team_within_a_team_called_twice_resumes_inside(
    fermata: Fermata, people: People, ledger: Ledger
) -> None:
    def agent() -> MultiStepAgent:
        def pay(messages: Any) -> Any:
            case = text_of(messages).split("case=")[1][:2]
            return say("I pay.", call("refund", {"order": case, "amount": 500}))

        def hand_on(messages: Any) -> Any:
            case = text_of(messages).split("case=")[1][:2]
            return say("You pay.", call("clerk", {"task": f"case={case}"}))

        clerk = tool_caller(ledger, [pay, final("paid")], name="clerk", description="Pays.")
        head = tool_caller(
            ledger, [hand_on, report], name="head", description="Leads.", managed_agents=[clerk]
        )
        twice = [say("Go.", call("head", {"task": f"case=A{n}"})) for n in (1, 2)]
        return tool_caller(ledger, [*twice, final("done")], managed_agents=[head])

    first = fermata.run(agent, "lead")
    assert isinstance(first, Suspended)
    done = finish(fermata, people, agent, first)
    assert ledger.refunds() == [("A1", 500), ("A2", 500)]
    assert ledger.model_calls() == 3 + 2 * 2 + 2 * 2
    keys = {c.key for c in fermata.client.list_journal(done.workflow_id, limit=200).items}
    assert "run/t:call_0002_000:head/t:call_0001_000:clerk/m2" in keys
    assert memory_of(fermata.replay(agent, done.workflow_id).agent) == memory_of(done.agent)


def test_the_time_is_what_it_was(fermata: Fermata, people: People, ledger: Ledger) -> None:
    seen: list[datetime.datetime] = []

    def remember(step: ActionStep) -> None:
        seen.append(durable.now())

    block = "print(now())\nnote(now())"
    agent = coder(
        ledger,
        [code(block), code("refund('A', 500)\nfinal_answer(1)")],
        Now(),
        step_callbacks=[remember],
    )
    first = fermata.run(agent, "what time is it")
    assert isinstance(first, Suspended)
    time.sleep(1.1)
    done = finish(fermata, people, agent, first)
    assert isinstance(done, Completed)
    assert seen[0] == seen[1], "on replay it is the time that it was"
    assert seen[2] > seen[0]
    assert len(ledger.read("note")) == 1
    assert abs(durable.now() - seen[2]) < datetime.timedelta(minutes=1), "also outside of runs"
