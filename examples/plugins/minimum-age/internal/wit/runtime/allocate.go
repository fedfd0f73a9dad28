// Package runtime hands memory to the host, which writes arguments into it.
package runtime

import (
	"runtime"
	"unsafe"
)

// Allocate makes room that stays where it is until the pinner lets go.
func Allocate(pinner *runtime.Pinner, size, align uintptr) unsafe.Pointer {
	if size == 0 {
		return nil
	}
	// Words are aligned for everything that WIT knows.
	words := make([]uint64, (size+7)/8)
	pointer := unsafe.Pointer(unsafe.SliceData(words))
	pinner.Pin(pointer)
	return pointer
}
