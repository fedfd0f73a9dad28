package age

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Schema is the JSON Schema of the settings.
const Schema = `{
  "type": "object",
  "properties": {
    "minimumAge": {
      "type": "string",
      "pattern": "^([0-9]+d|([0-9]+h)?([0-9]+m)?([0-9]+s)?)$",
      "description": "How old a release must be, e.g. 7d, 36h or 1h30m."
    },
    "by": {
      "enum": ["first-seen", "created"],
      "default": "first-seen",
      "description": "Since when it counts: since the tag was first seen, or since the image was built, as its builder says."
    }
  },
  "required": ["minimumAge"],
  "additionalProperties": false
}`

// Settings say how old is old enough.
type Settings struct {
	Minimum time.Duration
	// Since the image was built, rather than since its tag was first seen.
	ByCreation bool
}

// Read gives the settings, or the reason why they will not do.
func Read(text string) (Settings, error) {
	given := struct {
		MinimumAge string `json:"minimumAge"`
		By         string `json:"by"`
	}{By: "first-seen"}
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&given); err != nil {
		return Settings{}, err
	}
	if given.By != "first-seen" && given.By != "created" {
		return Settings{}, fmt.Errorf("by must be first-seen or created, and %q is neither", given.By)
	}
	minimum, err := duration(given.MinimumAge)
	return Settings{minimum, given.By == "created"}, err
}

// duration reads whole days, or what Go takes for a duration.
func duration(text string) (time.Duration, error) {
	if text == "" {
		return 0, errors.New("minimumAge must be given, e.g. 7d")
	}
	wrong := fmt.Errorf("minimumAge must be like 7d or 36h, and %q is not", text)
	if days, found := strings.CutSuffix(text, "d"); found {
		// 16 bits of days are 179 years, and a duration holds 292.
		count, err := strconv.ParseUint(days, 10, 16)
		if err != nil {
			return 0, wrong
		}
		return time.Duration(count) * 24 * time.Hour, nil
	}
	parsed, err := time.ParseDuration(text)
	if err != nil || parsed < 0 {
		return 0, wrong
	}
	return parsed, nil
}
