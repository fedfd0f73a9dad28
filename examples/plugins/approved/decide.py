"""Runs approved releases alone: the decision, as plain Python."""

import json
from dataclasses import dataclass
from datetime import datetime, timezone

SCHEMA = {
    "type": "object",
    "properties": {
        "approved": {
            "description": "The releases approved, in the order of their approval: the last one that "
            "is there and due is run.",
            "type": "array",
            "minItems": 1,
            "items": {
                "anyOf": [
                    {"type": "string", "description": "A tag."},
                    {
                        "type": "object",
                        "properties": {
                            "tag": {"type": "string", "description": "A tag."},
                            "from": {
                                "type": "string",
                                "description": "When it may be run, e.g. 2026-07-01 or "
                                "2026-07-01T06:00:00Z.",
                            },
                        },
                        "required": ["tag"],
                        "additionalProperties": False,
                    },
                ]
            },
        }
    },
    "required": ["approved"],
    "additionalProperties": False,
}


@dataclass
class Approval:
    """A release that somebody approved."""

    tag: str
    since: datetime | None = None


def read(settings: str) -> list[Approval]:
    """The approvals, or a ValueError that says why the settings will not do."""
    given = json.loads(settings)
    if not isinstance(given, dict) or set(given) - {"approved"}:
        raise ValueError("there is one setting: approved")
    entries = given.get("approved")
    if not isinstance(entries, list) or not entries:
        raise ValueError("approved must be a list of releases")
    return [approval(entry) for entry in entries]


def approval(entry: object) -> Approval:
    if isinstance(entry, str):
        return Approval(entry)
    if not isinstance(entry, dict) or not isinstance(entry.get("tag"), str) or set(entry) - {"tag", "from"}:
        raise ValueError(f"{json.dumps(entry)} is no release: give a tag, or tag and from")
    return Approval(entry["tag"], moment(entry["from"]) if "from" in entry else None)


def moment(text: str) -> datetime:
    try:
        read = datetime.fromisoformat(text.replace("Z", "+00:00"))
    except (ValueError, AttributeError):
        raise ValueError(f"{text} is no date like 2026-07-01") from None
    return read if read.tzinfo else read.replace(tzinfo=timezone.utc)


def select(
    approvals: list[Approval], tags: list[str], now: int
) -> tuple[int | None, list[tuple[int, str]]]:
    """The index of the chosen tag, and why others could not be chosen."""
    # Approved again later counts as approved later.
    ranks = {approval.tag: rank for rank, approval in enumerate(approvals)}
    today = datetime.fromtimestamp(now, timezone.utc)
    best, rejected = None, []
    for index, tag in enumerate(tags):
        rank = ranks.get(tag)
        if rank is None:
            rejected.append((index, "is not approved"))
        elif (since := approvals[rank].since) and since > today:
            rejected.append((index, f"is approved from {since:%Y-%m-%dT%H:%MZ} on"))
        else:
            best = max(best or (-1, -1), (rank, index))
    return (best[1] if best else None), rejected
