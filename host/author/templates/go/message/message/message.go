// Package message writes a subject with a prefix, and a line a change.
package message

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	contract "plugin-name/internal/bindings/tagwarden_policy_message"
	wit "plugin-name/internal/wit/types"
)

const schema = `{
  "type": "object",
  "properties": {
    "prefix": {
      "type": "string",
      "description": "What the subject starts with."
    }
  },
  "required": ["prefix"],
  "additionalProperties": false
}`

type settings struct {
	Prefix *string `json:"prefix"`
}

// Describe says what this plugin is.
func Describe() contract.Description {
	return contract.Description{
		Name:           "plugin-name",
		Version:        "0.1.0",
		Summary:        "PLUGIN-SUMMARY",
		SettingsSchema: schema,
	}
}

// Validate checks settings before they are used.
func Validate(text string) wit.Result[wit.Unit, string] {
	if _, err := read(text); err != nil {
		return wit.Err[wit.Unit](err.Error())
	}
	return wit.Ok[wit.Unit, string](wit.Unit{})
}

// Render writes the message.
func Render(text string, input contract.Input) wit.Result[string, contract.Error] {
	prefix, err := read(text)
	if err != nil {
		return wit.Err[string](contract.MakeErrorInvalidSettings(err.Error()))
	}
	values := "values"
	if len(input.Changes) == 1 {
		values = "value"
	}
	var message strings.Builder
	fmt.Fprintf(&message, "%s: update %d %s\n\n", prefix, len(input.Changes), values)
	for _, change := range input.Changes {
		fmt.Fprintf(&message, "- %s: %s -> %s\n", change.File, change.OldValue, change.NewValue)
	}
	return wit.Ok[string, contract.Error](message.String())
}

// read gives the prefix, or the reason why the settings will not do.
func read(text string) (string, error) {
	var given settings
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&given); err != nil {
		return "", err
	}
	if given.Prefix == nil {
		return "", errors.New("prefix must be given")
	}
	return *given.Prefix, nil
}
