"""People on surfaces whose software runs elsewhere: Slack, Gradio, Streamlit.

They read what is shown by the surface's own rules, hold it to its limits, and give back what that
software would.
"""

from __future__ import annotations

import datetime
from typing import Any

Script = list[dict[str, Any] | None]

MODAL_ELEMENTS = {
    *("plain_text_input", "email_text_input", "url_text_input", "number_input", "datepicker"),
    *("datetimepicker", "radio_buttons", "checkboxes", "static_select", "multi_static_select"),
}
MESSAGE_ELEMENTS = MODAL_ELEMENTS - {"email_text_input", "url_text_input", "number_input"}


def units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def check_text(node: Any, most: int) -> None:
    assert node["type"] == "plain_text", node
    assert 1 <= units(node["text"]) <= most, node
    assert node["emoji"] is False, node


def check_options(element: dict[str, Any]) -> None:
    in_view = element["type"] in ("radio_buttons", "checkboxes")
    options = element["options"]
    assert 1 <= len(options) <= (10 if in_view else 100)
    values = [option["value"] for option in options]
    assert len(set(values)) == len(values)
    for option in options:
        check_text(option["text"], 75)
        assert len(option["value"]) <= 75
    if "initial_option" in element:
        assert element["initial_option"] in options
    initial = element.get("initial_options", [])
    assert all(option in options for option in initial)
    assert "initial_options" not in element or initial


def check_slack(shown: dict[str, Any], modal: bool) -> None:
    blocks = shown["blocks"]
    assert len(blocks) <= (100 if modal else 50)
    ids = [block["block_id"] for block in blocks if block["type"] == "input"]
    assert len(set(ids)) == len(ids)
    if modal:
        assert shown["type"] == "modal"
        for part in ("title", "submit", "close"):
            check_text(shown[part], 24)
    for block in blocks:
        if block["type"] == "section":
            check_text(block["text"], 3000)
            continue
        assert block["type"] == "input"
        assert units(block["block_id"]) <= 255
        check_text(block["label"], 2000)
        if "hint" in block:
            check_text(block["hint"], 2000)
        check_element(block["element"], modal)


def check_element(element: dict[str, Any], modal: bool) -> None:
    kind = element["type"]
    assert kind in (MODAL_ELEMENTS if modal else MESSAGE_ELEMENTS), kind
    assert element["action_id"] == "v"
    if "options" in element:
        check_options(element)
    if "placeholder" in element:
        check_text(element["placeholder"], 150)
    if "initial_value" in element:
        assert 1 <= units(element["initial_value"]) <= 3000
    if kind == "plain_text_input":
        assert 0 <= element.get("min_length", 0) <= 3000
        assert 1 <= element.get("max_length", 1) <= 3000
    if kind == "number_input":
        assert isinstance(element["is_decimal_allowed"], bool)
        for bound in ("min_value", "max_value", "initial_value"):
            assert isinstance(element.get(bound, ""), str)
    if "initial_date_time" in element:
        assert 10**9 <= element["initial_date_time"] < 10**10


def option_named(element: dict[str, Any], label: str) -> dict[str, Any]:
    named: dict[str, Any] = next(
        option for option in element["options"] if option["text"]["text"] == label
    )
    return named


def in_slack(element: dict[str, Any], leaf: dict[str, Any] | None) -> dict[str, Any]:
    """The state of one element; what stands there already comes back with the rest."""
    kind = element["type"]
    if kind in ("radio_buttons", "static_select"):
        chosen = element.get("initial_option")
        return {
            "type": kind,
            "selected_option": option_named(element, leaf["value"]) if leaf else chosen,
        }
    if kind in ("checkboxes", "multi_static_select"):
        chosen = element.get("initial_options", [])
        labels = leaf["value"] if leaf else [option["text"]["text"] for option in chosen]
        return {"type": kind, "selected_options": [option_named(element, x) for x in labels]}
    if kind == "datepicker":
        return {
            "type": kind,
            "selected_date": leaf["value"] if leaf else element.get("initial_date"),
        }
    if kind == "datetimepicker":
        moment = element.get("initial_date_time")
        if leaf:
            moment = int(datetime.datetime.fromisoformat(leaf["value"]).timestamp())
        return {"type": kind, "selected_date_time": moment}
    if leaf is None:
        return {"type": kind, "value": element.get("initial_value")}
    assert element.get("min_length", 0) <= units(leaf["value"]) <= element.get("max_length", 3000)
    return {"type": kind, "value": leaf["value"]}


def slack(shown: dict[str, Any], script: Script, modal: bool) -> dict[str, Any]:
    check_slack(shown, modal)
    inputs = [block for block in shown["blocks"] if block["type"] == "input"]
    assert len(inputs) == len(script)
    for block, leaf in zip(inputs, script, strict=True):
        assert block["optional"] or leaf is not None, "what must be given was left out"
    return {
        block["block_id"]: {"v": in_slack(block["element"], leaf)}
        for block, leaf in zip(inputs, script, strict=True)
    }


GRADIO = {"Textbox", "Number", "DateTime", "Radio", "Dropdown", "CheckboxGroup"}
STREAMLIT = {
    *("text_input", "text_area", "number_input", "date_input", "radio", "selectbox"),
    "multiselect",
}


def tokens(props: dict[str, Any]) -> dict[str, str]:
    """By label."""
    if "choices" in props:
        return dict(props["choices"])
    return dict(zip(props["labels"], props["options"], strict=True))


def initial(props: dict[str, Any]) -> Any:
    if props.get("index") is not None:
        return props["options"][props["index"]]
    return props.get("value", props.get("default"))


def components(shown: dict[str, Any], script: Script, known: set[str]) -> dict[str, Any]:
    assert len(shown["components"]) == len(script)
    values: dict[str, Any] = {}
    for component, leaf in zip(shown["components"], script, strict=True):
        assert component["component"] in known
        props = component["props"]
        if leaf is None:
            values[component["key"]] = initial(props)
        elif leaf["kind"] == "choice":
            values[component["key"]] = tokens(props)[leaf["value"]]
        elif leaf["kind"] == "choices":
            values[component["key"]] = [tokens(props)[label] for label in leaf["value"]]
        elif component["component"] in ("Number", "number_input"):
            whole = props.get("precision") == 0 or props.get("whole")
            values[component["key"]] = int(leaf["value"]) if whole else float(leaf["value"])
        else:
            values[component["key"]] = leaf["value"]
    return values


def typed(prompt: dict[str, Any], leaf: dict[str, Any] | None) -> str:
    """What somebody types at a prompt; "-" leaves it out."""
    if leaf is None:
        return "" if prompt["default"] is not None or not prompt["required"] else "-"
    numbers = {label: str(n + 1) for n, label in enumerate(prompt["choices"])}
    if leaf["kind"] == "choices":
        return ", ".join(numbers[label] for label in leaf["value"]) or "none"
    if leaf["kind"] == "choice":
        return numbers[leaf["value"]] if numbers else {"Yes": "y", "No": "n"}[leaf["value"]]
    return leaf["value"] or '""'


def terminal(shown: dict[str, Any], script: Script) -> dict[str, Any]:
    assert len(shown["prompts"]) == len(script)
    for prompt in shown["prompts"]:
        for text in (prompt["label"], prompt["help"], prompt["hint"], *prompt["choices"]):
            assert "\n" not in text, "a prompt is of one line"
    return {
        prompt["key"]: typed(prompt, leaf)
        for prompt, leaf in zip(shown["prompts"], script, strict=True)
    }
