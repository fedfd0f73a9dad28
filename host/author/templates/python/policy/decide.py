"""Chooses the greatest build number behind a prefix: the decision, as plain Python."""

import json

SCHEMA = {
    "type": "object",
    "properties": {
        "prefix": {
            "type": "string",
            "description": "What a tag starts with; the rest of it is its number.",
        },
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


def number(tag: str, prefix: str) -> int:
    """A tag's number, or a ValueError that says why it has none."""
    if not tag.startswith(prefix):
        raise ValueError(f"does not start with {prefix}")
    rest = tag[len(prefix):]
    if not (rest.isascii() and rest.isdigit()):
        raise ValueError(f"has no number after {prefix}")
    return int(rest)


def select(prefix: str, tags: list[str]) -> tuple[int | None, list[tuple[int, str]]]:
    """The index of the chosen tag, and why others could not be chosen."""
    best, rejected = None, []
    for index, tag in enumerate(tags):
        try:
            # Of equals the last one wins: the contract asks for that.
            candidate = (number(tag, prefix), index)
        except ValueError as reason:
            rejected.append((index, str(reason)))
            continue
        best = candidate if best is None else max(best, candidate)
    return (None if best is None else best[1]), rejected
