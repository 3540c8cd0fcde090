"""The policy language from outside: the examples of the guide, `policy test`, `diff`, `explain`."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest
from serving import POLICY, binary
from support import (
    Api,
    agreed_policy,
    call_body,
    good,
    new_workflow,
    open_call,
    problem,
    start_turn,
)

EXAMPLES = Path(__file__).resolve().parents[2] / "docs" / "policies"
GUIDE = EXAMPLES.parent / "guides" / "policies.md"

LIMITED = """version: 1
rates: {base: EUR, USD: "0.92"}
rules:
  - name: from the third on
    tool: pay
    agents: ["cashier*"]
    calls: {from: 3}
    effect: ask
    thresholds: [{from: finance, approve: 1, escalate: [{after_s: 600, to: ops}]}]
    deadline_s: 3600
    remind_percent: [50]
    on_deadline: reject
  - name: much in all
    tool: pay
    sum: {of: amount, above: 1000}
    effect: ask
    thresholds: [{from: finance, approve: 2}]
  - name: at night
    tool: pay
    time: {from: "22:00", to: "06:00", offset: "+00:00"}
    any_tags: [retail]
    effect: deny
  - {name: the rest runs, tool: pay, effect: allow}
default: {effect: ask, thresholds: [{from: finance, approve: 1}]}
cases:
  - {name: a first payment, tool: pay, agent: bot, arguments: {amount: 1}, expect: {effect: allow}}
"""


def policy(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith("FERMATA_")}
    return subprocess.run(
        [binary(), "policy", *words],
        env=kept | environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
    )


def written(folder: Path, text: str, name: str = "policy.yaml") -> str:
    path = folder / name
    path.write_text(text)
    return str(path)


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.yaml")), ids=lambda path: path.stem)
def test_every_case_of_an_example_is_as_it_says(path: Path) -> None:
    done = policy("test", str(path), "--json")
    report = json.loads(done.stdout)
    assert [one for one in report["cases"] if not one["ok"]] == []
    assert done.returncode == 0
    assert report["passed"] >= 5
    assert policy("check", str(path)).returncode == 0


def test_the_guide_shows_every_example() -> None:
    guide = GUIDE.read_text()
    names = [path.name for path in EXAMPLES.glob("*.yaml")]
    assert len(names) >= 10
    assert [name for name in names if f"../policies/{name}" not in guide] == []


def test_a_case_that_fails_says_what_came_instead(tmp_path: Path) -> None:
    wrong = LIMITED.replace("expect: {effect: allow}", "expect: {effect: deny, rule: at night}")
    path = written(tmp_path, wrong)
    done = policy("test", path)
    assert done.returncode == 1
    assert f"FAILED a first payment ({path}:26)" in done.stdout
    assert "effect is allow, expected deny" in done.stdout
    assert "rule is 'the rest runs', expected 'at night'" in done.stdout
    assert done.stdout.endswith("1 case, 1 failed\n")


def test_a_file_without_cases_is_not_tested(tmp_path: Path) -> None:
    done = policy("test", written(tmp_path, POLICY))
    assert done.returncode == 1
    assert "no cases" in done.stdout


def test_an_error_in_a_case_is_found_by_check(tmp_path: Path) -> None:
    path = written(tmp_path, LIMITED.replace("expect: {effect", "expect: {efect"))
    done = policy("check", path)
    assert done.returncode == 1
    assert f"{path}:26:" in done.stdout


def test_explain_takes_the_circumstances_from_the_command_line(tmp_path: Path) -> None:
    path = written(tmp_path, LIMITED)
    words = ["explain", "pay", "--set", "amount=5", "--file", path, "--json"]

    def verdict(*more: str) -> Any:
        return json.loads(policy(*words, "--at", "2026-11-23T12:00:00Z", *more).stdout)

    assert verdict("--agent", "bot")["effect"] == "allow"
    asked = verdict("--agent", "cashier-1", "--calls", "2", "--sum", "amount=9")
    assert asked["rule"] == "from the third on"
    assert (asked["deadline_s"], asked["reminders_s"], asked["on_deadline"]) == (
        3600,
        [1800],
        "reject",
    )
    assert asked["thresholds"][0]["escalations"][0] == {
        "after_s": 600,
        "to": "ops",
        "replace": False,
    }
    assert verdict("--agent", "bot", "--calls", "1", "--sum", "amount=995.01")["thresholds"][0][
        "approve"
    ] == (2)
    night = ["--agent", "bot", "--tag", "retail"]
    late = json.loads(policy(*words, "--at", "2026-11-23T23:00:00+01:00", *night).stdout)
    assert late["rule"] == "at night"
    told = policy(*words[:-1], "--agent", "cashier", "--calls", "2", "--sum", "amount=1").stdout
    assert "after 10 min, also: ops" in told


def test_explain_over_http_takes_them_too(api: Api) -> None:
    try:
        agreed_policy(api, LIMITED)

        def verdict(role: Any, **more: Any) -> Any:
            body = {"tool": "pay", "arguments": {"amount": 5}, "at": "2026-11-23T12:00:00Z"}
            return good(role.post("/v1/policies/explain", json=body | more))

        assert verdict(api.agent)["effect"] == "allow"
        assert verdict(api.agent, calls=2, sums={"amount": "1"}, agent="cashier")["effect"] == "ask"
        # A reader's key is no agent, so that any agent may be meant.
        assert verdict(api.reader, calls=2, sums={"amount": "1"})["rule"] == "from the third on"
        assert verdict(api.agent, calls=1, sums={"amount": 995.5})["rule"] == "much in all"
        assert verdict(api.agent, calls=1)["rule"] == "much in all"  # What came before is unknown.
        assert verdict(api.agent, tags=["retail"], at="2026-11-23T22:00:00Z")["effect"] == "deny"
        wrong = api.agent.post(
            "/v1/policies/explain", json={"tool": "pay", "sums": {"amount": "-5"}}
        )
        problem(wrong, 422, "request.invalid")
    finally:
        agreed_policy(api, POLICY)


def test_calls_and_sums_of_a_workflow_are_counted(api: Api) -> None:
    try:
        agreed_policy(api, LIMITED)
        workflow = new_workflow(api)
        turn = start_turn(api, workflow)
        verdicts = []
        for amount in (600, 400, 0.01):
            body = call_body(turn, 0, tool="pay", arguments={"amount": amount})
            verdicts.append(open_call(api, workflow, body)["verdict"])
        assert verdicts == ["run", "run", "wait"]
    finally:
        agreed_policy(api, POLICY)


def test_diff_tells_for_which_calls_two_files_differ(tmp_path: Path) -> None:
    before = written(tmp_path, LIMITED, "before.yaml")
    after = written(tmp_path, LIMITED.replace("above: 1000", "above: 5000"), "after.yaml")
    made = json.loads(policy("diff", before, after, "--json").stdout)
    assert made["changed"] == ["much in all"]
    assert {one["direction"] for one in made["calls"]} == {"looser"}
    told = policy("diff", before, after).stdout
    assert "looser" in told
    assert "ask 2 of finance ('much in all')" in told
    same = policy("diff", before, before)
    assert same.returncode == 0
    assert same.stdout.startswith("No difference in ")


STAGED = """version: 1
rules:
  - name: payments
    tool: pay
    effect: ask
    thresholds:
      - {from: finance, approve: 2, delegate_to: ops, weights: [{from: "role:cfo", weight: 2}]}
      - {from: legal, stage: 2, choice: sign}
      - {from: board, stage: 2, choice: sign}
      - {from: "role:security", veto: true}
    deadline_s: 86400
    grant_s: 600
    extend_s: 3600
default: {effect: deny}
"""


def test_explain_tells_stages_choices_weights_and_all_times(tmp_path: Path) -> None:
    path = written(tmp_path, STAGED)
    told = policy("explain", "pay", "--file", path).stdout
    for part in (
        "2 of finance must agree, role:cfo counts 2, may be handed on to ops;",
        "1 of legal must agree, in stage 2, or another of the choice sign;",
        "role:security can refuse it",
        "must be run within 10 min",
        "can be extended by 1 h",
    ):
        assert part in told, told
    wrong = policy("explain", "pay", "--file", path, "--sum", "x=-1")
    assert wrong.returncode == 2


def test_diff_says_which_stage_went_and_that_this_is_looser(tmp_path: Path) -> None:
    before = written(tmp_path, STAGED, "before.yaml")
    flat = STAGED.replace("stage: 2, ", "").replace("86400", "43200")
    told = policy("diff", before, written(tmp_path, flat, "after.yaml")).stdout
    assert told.count("looser") == 1
    assert "    - 1 of legal must agree, in stage 2, or another" in told
    assert "    + 1 of legal must agree, or another" in told
    assert "    - after 1 d without an answer: expire" in told
    assert "of finance must agree" not in told, "what stays is not listed"
    shorter = "\n".join(one for one in STAGED.splitlines() if "veto" not in one)
    told = policy("diff", before, written(tmp_path, shorter, "shorter.yaml")).stdout
    assert "looser" in told
    assert "    - role:security can refuse it" in told


def test_check_warns_of_what_never_acts(tmp_path: Path) -> None:
    text = STAGED.replace("    deadline_s: 86400\n", "    on_deadline: reject\n")
    done = policy("check", written(tmp_path, text.replace("stage: 2, choice", "choice", 1)))
    assert done.returncode == 0
    assert "warning: rule 'payments' says what happens on_deadline and has none" in done.stdout
    assert "the choice sign in 2 stages" in done.stdout
    empty = policy("check", written(tmp_path, STAGED.replace("from: legal", 'from: ""')))
    assert "from must not be empty" in empty.stdout


def test_diff_compares_with_what_the_server_has(api: Api, tmp_path: Path) -> None:
    environment = {"FERMATA_URL": api.url, "FERMATA_KEY": api.keys["admin"]}
    path = written(tmp_path, POLICY)
    same = policy("diff", "--published", path, **environment)
    assert same.stdout.startswith("No difference in "), same.stderr
    first = good(api.admin.get("/v1/policies/current"))["version"]
    try:
        second = agreed_policy(api, LIMITED)["version"]
        made = json.loads(policy("diff", str(first), str(second), "--json", **environment).stdout)
        assert "much in all" in made["added"]
    finally:
        agreed_policy(api, POLICY)
    assert policy("diff", "999999", path, **environment).returncode == 4
    assert policy("diff", path).returncode == 2


def test_any_version_can_be_read(api: Api) -> None:
    current = good(api.reader.get("/v1/policies/current"))
    read = good(api.reader.get(f"/v1/policies/versions/{current['version']}"))
    assert read == current
    missing = api.reader.get("/v1/policies/versions/999999")
    problem(missing, 404, "policy.not_found")
