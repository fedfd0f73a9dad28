"""What the component exports: the interface that wit/message.wit describes."""

import json

from componentize_py_types import Err
from wit_world import exports
from wit_world.exports.message import Error_InvalidSettings, Input
from wit_world.imports.types import Description

import decide


class Message(exports.Message):
    def describe(self) -> Description:
        summary = "PLUGIN-SUMMARY"
        return Description("plugin-name", "0.1.0", summary, json.dumps(decide.SCHEMA))

    def validate(self, settings: str) -> None:
        try:
            decide.read(settings)
        except ValueError as reason:
            raise Err(str(reason))

    def render(self, settings: str, input: Input) -> str:
        try:
            prefix = decide.read(settings)
        except ValueError as reason:
            raise Err(Error_InvalidSettings(str(reason)))
        changes = [(change.file, change.old_value, change.new_value) for change in input.changes]
        return decide.render(prefix, changes)
