"""What the component exports: the interface that wit/filter.wit describes."""

import json

from componentize_py_types import Err
from wit_world import exports
from wit_world.exports.filter import Context, Filtered
from wit_world.imports.types import Description, Error_InvalidSettings, Rejection

import decide


class Filter(exports.Filter):
    def describe(self) -> Description:
        summary = "PLUGIN-SUMMARY"
        return Description("plugin-name", "0.1.0", summary, json.dumps(decide.SCHEMA))

    def validate(self, settings: str) -> None:
        try:
            decide.read(settings)
        except ValueError as reason:
            raise Err(str(reason))

    def apply(self, settings: str, tags: str, ctx: Context) -> Filtered:
        try:
            suffix = decide.read(settings)
        except ValueError as reason:
            raise Err(Error_InvalidSettings(str(reason)))
        kept, keys, dropped = decide.apply(suffix, tags.split("\n"))
        reason = f"does not end with {suffix}"
        reasons = [Rejection(index, reason) for index in dropped] if ctx.explain else []
        return Filtered(kept, "\n".join(keys), reasons)
