"""Writes a subject with a prefix, and a line a change: as plain Python."""

import json

SCHEMA = {
    "type": "object",
    "properties": {
        "prefix": {"type": "string", "description": "What the subject starts with."},
    },
    "required": ["prefix"],
}


def read(settings: str) -> str:
    """The prefix, or a ValueError that says why the settings will not do."""
    given = json.loads(settings)
    prefix = given.get("prefix") if isinstance(given, dict) else None
    if not isinstance(prefix, str):
        raise ValueError("prefix must be a text")
    return prefix


def render(prefix: str, changes: list[tuple[str, str, str]]) -> str:
    """The message about changes, each a file, an old and a new value."""
    values = "value" if len(changes) == 1 else "values"
    lines = [f"- {file}: {old} -> {new}\n" for file, old, new in changes]
    return f"{prefix}: update {len(changes)} {values}\n\n" + "".join(lines)
