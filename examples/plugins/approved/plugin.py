"""What the component exports: the interface that wit/policy.wit describes."""

import json

from componentize_py_types import Err
from wit_world import exports
from wit_world.exports.policy import Context, Selection
from wit_world.imports.types import Description, Error_InvalidSettings, Rejection

import decide


class Policy(exports.Policy):
    def describe(self) -> Description:
        summary = "Runs approved releases alone, each from its day on."
        return Description("approved", "0.1.0", summary, json.dumps(decide.SCHEMA))

    def validate(self, settings: str) -> None:
        try:
            decide.read(settings)
        except ValueError as reason:
            raise Err(str(reason))

    def select(self, settings: str, candidates: str, ctx: Context) -> Selection:
        try:
            approvals = decide.read(settings)
        except ValueError as reason:
            raise Err(Error_InvalidSettings(str(reason)))
        chosen, rejected = decide.select(approvals, candidates.split("\n"), ctx.now)
        reasons = [Rejection(*rejection) for rejection in rejected] if ctx.explain else []
        return Selection(chosen, reasons)
