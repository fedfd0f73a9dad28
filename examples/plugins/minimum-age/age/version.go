package age

import (
	"slices"
	"strconv"
	"strings"
)

// version reads `1`, `1.2`, `v1.2.3` and the like; of four numbers at most.
func version(text string) ([4]uint64, bool) {
	var numbers [4]uint64
	parts := strings.Split(strings.TrimPrefix(text, "v"), ".")
	if len(parts) > len(numbers) {
		return numbers, false
	}
	for at, part := range parts {
		number, err := strconv.ParseUint(part, 10, 64)
		if err != nil {
			return numbers, false
		}
		numbers[at] = number
	}
	return numbers, true
}

// ranked is a candidate that is a version.
type ranked struct {
	index   uint32
	version [4]uint64
}

// ranking puts the greatest first; of equals the last, as the contract asks.
func ranking(a, b ranked) int {
	if order := slices.Compare(b.version[:], a.version[:]); order != 0 {
		return order
	}
	return int(b.index) - int(a.index)
}
