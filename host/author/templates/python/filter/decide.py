"""Keeps the tags of one variant: the decision, as plain Python."""

import json

SCHEMA = {
    "type": "object",
    "properties": {
        "suffix": {
            "type": "string",
            "description": "What a tag ends with; the rest of it is its key.",
        },
    },
    "required": ["suffix"],
}


def read(settings: str) -> str:
    """The suffix, or a ValueError that says why the settings will not do."""
    given = json.loads(settings)
    suffix = given.get("suffix") if isinstance(given, dict) else None
    if not isinstance(suffix, str):
        raise ValueError("suffix must be a text")
    return suffix


def apply(suffix: str, tags: list[str]) -> tuple[list[int], list[str], list[int]]:
    """The indices of the tags kept, their keys, and the indices of those dropped."""
    kept = [index for index, tag in enumerate(tags) if tag.endswith(suffix)]
    keys = [tags[index].removesuffix(suffix) for index in kept]
    dropped = [index for index, tag in enumerate(tags) if not tag.endswith(suffix)]
    return kept, keys, dropped
