"""What schemathesis asks besides its own checks. Loaded by tools/run_schemathesis.py."""

from __future__ import annotations

from typing import Any

import schemathesis
from schemathesis import Case, CheckContext, GenerationMode, Response

# What the document can express, and so what may be refused only where the document refuses it.
SHAPE = {"request.invalid", "request.malformed"}


@schemathesis.check
def valid_data_is_not_called_invalid(
    ctx: CheckContext, response: Response, case: Case[Any]
) -> None:
    """Takes the place of positive_data_acceptance.

    That one calls every 400 and 422 to valid data a defect. Ours may also say that the state does
    not allow it (a cursor of another list, an unknown person, an Idempotency-Key used before).
    """
    if case.meta is None or case.meta.generation.mode is not GenerationMode.POSITIVE:
        return
    if response.status_code in (400, 422) and response.json().get("reason") in SHAPE:
        raise AssertionError(f"valid data was refused: {response.json().get('detail')}")
