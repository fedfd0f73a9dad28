// Package policy chooses the greatest build number behind a prefix.
package policy

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"

	contract "plugin-name/internal/bindings/tagwarden_policy_policy"
	shared "plugin-name/internal/bindings/tagwarden_policy_types"
	wit "plugin-name/internal/wit/types"
)

const schema = `{
  "type": "object",
  "properties": {
    "prefix": {
      "type": "string",
      "description": "What a tag starts with; the rest of it is its number."
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

// Select chooses among candidates, one a line.
func Select(text, candidates string, context contract.Context) wit.Result[contract.Selection, contract.Error] {
	prefix, err := read(text)
	if err != nil {
		return wit.Err[contract.Selection](shared.MakeErrorInvalidSettings(err.Error()))
	}
	selection := contract.Selection{Chosen: wit.None[uint32]()}
	var greatest uint64
	var index uint32
	for tag := range strings.SplitSeq(candidates, "\n") {
		number, err := number(tag, prefix)
		switch {
		// Of equals the last one wins: the contract asks for that.
		case err == nil && (number >= greatest || !selection.Chosen.IsSome()):
			greatest, selection.Chosen = number, wit.Some(index)
		case err != nil && context.Explain:
			rejection := contract.Rejection{Index: index, Reason: err.Error()}
			selection.Rejected = append(selection.Rejected, rejection)
		}
		index++
	}
	return wit.Ok[contract.Selection, contract.Error](selection)
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

// number is a tag's number, or the reason why it has none.
func number(tag, prefix string) (uint64, error) {
	rest, found := strings.CutPrefix(tag, prefix)
	if !found {
		return 0, fmt.Errorf("does not start with %s", prefix)
	}
	number, err := strconv.ParseUint(rest, 10, 64)
	if err != nil {
		return 0, fmt.Errorf("has no number after %s", prefix)
	}
	return number, nil
}
