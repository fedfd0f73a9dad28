// Package filter keeps the tags of one variant, and has them compared without its
// suffix.
package filter

import (
	"encoding/json"
	"errors"
	"strings"

	contract "plugin-name/internal/bindings/tagwarden_policy_filter"
	shared "plugin-name/internal/bindings/tagwarden_policy_types"
	wit "plugin-name/internal/wit/types"
)

const schema = `{
  "type": "object",
  "properties": {
    "suffix": {
      "type": "string",
      "description": "What a tag ends with; the rest of it is its key."
    }
  },
  "required": ["suffix"],
  "additionalProperties": false
}`

type settings struct {
	Suffix *string `json:"suffix"`
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

// Apply filters tags, one a line.
func Apply(text, tags string, context contract.Context) wit.Result[contract.Filtered, contract.Error] {
	suffix, err := read(text)
	if err != nil {
		return wit.Err[contract.Filtered](shared.MakeErrorInvalidSettings(err.Error()))
	}
	var filtered contract.Filtered
	var keys []string
	var index uint32
	for tag := range strings.SplitSeq(tags, "\n") {
		key, found := strings.CutSuffix(tag, suffix)
		switch {
		case found:
			filtered.Kept = append(filtered.Kept, index)
			keys = append(keys, key)
		case context.Explain:
			rejection := contract.Rejection{Index: index, Reason: "does not end with " + suffix}
			filtered.Rejected = append(filtered.Rejected, rejection)
		}
		index++
	}
	filtered.Keys = wit.Some(strings.Join(keys, "\n"))
	return wit.Ok[contract.Filtered, contract.Error](filtered)
}

// read gives the suffix, or the reason why the settings will not do.
func read(text string) (string, error) {
	var given settings
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&given); err != nil {
		return "", err
	}
	if given.Suffix == nil {
		return "", errors.New("suffix must be given")
	}
	return *given.Suffix, nil
}
