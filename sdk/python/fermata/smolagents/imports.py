"""Which imports of a code block reach further than what smolagents lets any agent import."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from smolagents.local_python_executor import BASE_BUILTIN_MODULES, check_import_authorized

SAFE: tuple[str, ...] = tuple(BASE_BUILTIN_MODULES)


def beyond_safe(code: str, authorized: list[str]) -> list[str]:
    """The modules that `code` would get with these authorised imports and not without them. Code
    that cannot be parsed imports nothing: it does not run."""
    try:
        tree = ast.parse(code)
    except (SyntaxError, ValueError):
        return []
    return sorted(
        {
            name
            for name in _imports(tree)
            if check_import_authorized(name, authorized)
            and not check_import_authorized(name, list(SAFE))
        }
    )


def _imports(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
