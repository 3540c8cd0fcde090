"""CodeAgent: gates inside of loops, try/finally and closures; seeded chance; recorded output."""

from __future__ import annotations

import time
from typing import Any

import pytest
from agents import Ledger, code, coder, memory_of, text_of
from peer import People
from smolagents import Tool

import fermata as fermata_package
from fermata.smolagents import Completed, Fermata, Suspended

LOOP = """
import random
paid = []
def pay(factor):
    def inner(order, amount):
        paid.append(refund(order=order, amount=amount * factor))
        return len(paid)
    return inner
double = pay(2)
lot = random.randrange(10**9)
drawn = draw()
for order, amount in [("A", 10), ("B", 200), ("C", 30), ("D", 700)]:
    try:
        print(order, double(order, amount))
    except:
        print("swallowed")
    finally:
        note("after " + order)
print("lot", lot, random.randrange(10**9))
print(double)
double
"""
LATER = """
print("still here:", paid[0], len(paid))
double("E", 1)
final_answer({"paid": paid, "lot": lot})
"""


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("limit", [30, 1, None])
def test_a_gate_in_a_loop_suspends_and_resumes_exactly_there(
    fermata: Fermata, people: People, ledger: Ledger, stream: bool, limit: int | None
) -> None:
    def agent() -> Any:
        settings = {"timeout_seconds": limit}
        return coder(ledger, [code(LOOP), code(LATER)], stream=stream, executor_kwargs=settings)

    first = fermata.run(agent, "pay")
    assert isinstance(first, Suspended)
    assert [a.arguments["order"] for a in first.approvals] == ["B"]
    assert "I write code" in (first.approvals[0].why or "")
    assert ledger.refunds() == [("A", 20)]
    assert [n["text"] for n in ledger.read("note")] == ["after A"], "finally does nothing new"

    people.approve(first.approvals[0])
    second = fermata.run(agent, workflow_id=first.workflow_id)
    assert isinstance(second, Suspended)
    assert [a.arguments["order"] for a in second.approvals] == ["D"]

    people.approve(second.approvals[0], "ann", "bob")
    done = fermata.run(agent, workflow_id=first.workflow_id)
    assert isinstance(done, Completed)
    assert ledger.refunds() == [("A", 20), ("B", 400), ("C", 60), ("D", 1400), ("E", 2)]
    assert [n["text"] for n in ledger.read("note")] == [f"after {o}" for o in "ABCD"]
    assert len(ledger.read("draw")) == 1
    assert ledger.model_calls() == 2
    assert done.output["paid"] == [
        f"refunded {n} for {o}"
        for o, n in [("A", 20), ("B", 400), ("C", 60), ("D", 1400), ("E", 2)]
    ]
    assert memory_of(fermata.replay(agent, first.workflow_id).agent) == memory_of(done.agent)


def test_chance_is_the_same_after_a_resume_and_untouched_elsewhere(
    fermata: Fermata, people: People, ledger: Ledger
) -> None:
    import random

    block = """
import random
before = random.random()
tool_numbers = [draw(), draw()]
between = random.random()
refund("A", 500)
after = random.random()
final_answer([before, between, after])
"""
    agent = coder(ledger, [code(block)])
    random.seed(1)
    expected = random.Random(1)
    first = fermata.run(agent, "draw")
    assert isinstance(first, Suspended)
    drawn = [entry["number"] for entry in ledger.read("draw")]
    assert drawn == [expected.randrange(10**9), expected.randrange(10**9)]
    people.approve(first.approvals[0])
    random.seed(2)
    done = fermata.run(agent, workflow_id=first.workflow_id)
    assert isinstance(done, Completed)
    again = fermata.replay(agent, first.workflow_id)
    assert again.output == done.output
    assert len(set(done.output)) == 3


def test_what_a_block_printed_is_recorded_though_it_would_print_something_else_now(
    fermata: Fermata, people: People, ledger: Ledger
) -> None:
    clock = 'import time\nnow = time.time()\nprint("now", now)\nlambda: 1'
    gate = 'refund("A", 500)'
    agent = coder(ledger, [code(clock), code(gate), code('final_answer("ok")')])
    first = fermata.run(agent, "look")
    assert isinstance(first, Suspended)
    time.sleep(0.01)
    people.approve(first.approvals[0])
    done = fermata.run(agent, workflow_id=first.workflow_id)
    assert isinstance(done, Completed)
    assert done.output == "ok"
    assert ledger.model_calls() == 3


def test_a_rejection_is_returned_and_logged_and_the_block_goes_on(
    fermata: Fermata, people: People, ledger: Ledger
) -> None:
    block = 'answer = refund("A", 500)\nprint("quiet")'
    agent = coder(ledger, [code(block), lambda m: code(f"final_answer({text_of(m[-1:])!r})")])
    first = fermata.run(agent, "pay")
    assert isinstance(first, Suspended)
    people.reject(first.approvals[0], "not without a receipt")
    done = fermata.run(agent, workflow_id=first.workflow_id)
    assert isinstance(done, Completed)
    assert "quiet\n[refund]" in done.output
    assert "not without a receipt" in done.output
    assert ledger.refunds() == []


def test_edited_arguments_are_told_in_the_log(
    fermata: Fermata, people: People, ledger: Ledger
) -> None:
    block = 'print("got", refund("A", 500))'
    agent = coder(ledger, [code(block), lambda m: code(f"final_answer({text_of(m[-1:])!r})")])
    first = fermata.run(agent, "pay")
    assert isinstance(first, Suspended)
    people.edit(first.approvals[0], amount=120, reason="half of it")
    done = fermata.run(agent, workflow_id=first.workflow_id)
    assert isinstance(done, Completed)
    assert ledger.refunds() == [("A", 120)]
    assert "got refunded 120 for A" in done.output
    assert "amount: 500 -> 120" in done.output
    assert "reason: None -> 'half of it'" in done.output


@pytest.mark.parametrize(
    "block",
    [
        "def f():\n    try:\n        return refund('A', 500)\n    finally:\n        return 1\nf()",
        "try:\n    refund('A', 500)\nfinally:\n    final_answer('cheated')",
        "for x in [1]:\n    try:\n        refund('A', 5e2)\n    finally:\n        break\nnote('')",
        "try:\n    refund('A', 500)\nexcept BaseException:\n    note('caught')",
        "try:\n    refund('A', 500)\nfinally:\n    refund('B', 1)",
    ],
)
def test_no_code_of_an_agent_gets_past_a_gate(
    fermata: Fermata, people: People, ledger: Ledger, block: str
) -> None:
    agent = coder(ledger, [code(block), code('final_answer("later")')])
    first = fermata.run(agent, "cheat")
    assert isinstance(first, Suspended)
    assert len(first.approvals) == 1
    assert ledger.refunds() == []
    assert ledger.read("note") == []
    assert ledger.model_calls() == 1
    people.reject(first.approvals[0], "no")
    done = fermata.run(agent, workflow_id=first.workflow_id)
    assert isinstance(done, Completed)


def test_errors_of_code_and_of_tools_are_replayed_with_their_logs(
    fermata: Fermata, people: People, ledger: Ledger
) -> None:
    class Failing(Tool):
        name = "note_failing"
        description = "Fails."
        inputs: dict[str, Any] = {}
        output_type = "string"

        def forward(self) -> str:
            ledger.write("failing")
            raise KeyError("gone")

    catching = """
try:
    note_failing()
except KeyError as error:
    print("caught", error)
"""
    broken = 'print("so far")\nnote_failing()'
    exits = 'print("bye")\nraise KeyboardInterrupt("agents may not")'
    answers = [code(catching), code(broken), code("1 +"), code(exits), code("refund('A', 500)")]
    agent = coder(ledger, [*answers, code('final_answer("ok")')], Failing())
    first = fermata.run(agent, "fail")
    assert isinstance(first, Suspended)
    people.approve(first.approvals[0])
    done = fermata.run(agent, workflow_id=first.workflow_id)
    assert isinstance(done, Completed)
    assert len(ledger.read("failing")) == 2
    told = text_of(done.agent.write_memory_to_messages())
    assert "caught 'gone'" in told
    assert "so far" in told
    assert "KeyboardInterrupt: agents may not" in told
    assert memory_of(fermata.replay(agent, first.workflow_id).agent) == memory_of(done.agent)


def test_a_tool_in_the_time_limits_thread_sees_its_idempotency_key(
    fermata: Fermata, ledger: Ledger
) -> None:
    agent = coder(ledger, [code('refund("A", 1)\nrefund("A", 1)\nfinal_answer(1)')])
    assert isinstance(fermata.run(agent, "pay"), Completed)
    keys = [entry["key"] for entry in ledger.read("refund")]
    assert None not in keys
    assert len(set(keys)) == 2
    assert fermata_package.idempotency_key() is None


def test_a_slow_block_is_reported_once_and_replayed_as_slow(
    fermata: Fermata, people: People, ledger: Ledger
) -> None:
    slow = 'import time\nnote("start")\ntime.sleep(1.5)\nnote("end")'
    agent = coder(
        ledger,
        [code(slow), code("refund('A', 500)"), code('final_answer("ok")')],
        executor_kwargs={"timeout_seconds": 1},
    )
    first = fermata.run(agent, "wait")
    assert isinstance(first, Suspended)
    people.approve(first.approvals[0])
    done = fermata.run(agent, workflow_id=first.workflow_id)
    assert isinstance(done, Completed)
    assert [n["text"] for n in ledger.read("note")] == ["start", "end"]
    assert "exceeded the maximum execution time" in text_of(done.agent.write_memory_to_messages())


def test_variables_and_values_of_many_kinds_survive(
    fermata: Fermata, people: People, ledger: Ledger
) -> None:
    block = """
order = lookup("A")
assert list(order) == ["order", "paid", "items"], list(order)
assert type(order["paid"]) is float and type(order["items"]) is tuple
refund(order["order"], 500)
final_answer((order, {3, 1}, 2.0, b"x", {1: "one"}))
"""
    agent = coder(ledger, [code(block)])
    first = fermata.run(agent, "keep", additional_args={"ratio": 1.0, "names": ("a", "b")})
    assert isinstance(first, Suspended)
    people.approve(first.approvals[0])
    done = fermata.run(agent, workflow_id=first.workflow_id)
    assert isinstance(done, Completed)
    order = {"order": "A", "paid": 20.0, "items": ("pen", "ink")}
    assert done.output == (order, {3, 1}, 2.0, b"x", {1: "one"})
    again = fermata.run(agent, workflow_id=first.workflow_id)
    assert again.output == done.output  # type: ignore[union-attr]
    assert type(again.output[2]) is float  # type: ignore[union-attr]
    assert "'ratio': 1.0, 'names': ('a', 'b')" in text_of(done.agent.write_memory_to_messages())
