//go:build wasip1

package runtime

import (
	"runtime"
	"unsafe"
)

//go:linkname sbrk runtime.sbrk
func sbrk(size uintptr) unsafe.Pointer

// The host may call before Go has started, when there is no heap yet.
var started = false

func init() { started = true }

var pinner = runtime.Pinner{}

// Unpin lets go of what the host has written; the bindings call it.
func Unpin() { pinner.Unpin() }

//go:wasmexport cabi_realloc
func realloc(old unsafe.Pointer, oldSize, align, size uintptr) unsafe.Pointer {
	if old != nil || oldSize != 0 {
		panic("the host never moves what it has written")
	}
	if started {
		return Allocate(&pinner, size, align)
	}
	unaligned := uintptr(sbrk(size + align))
	return unsafe.Pointer((unaligned + align - 1) &^ (align - 1))
}
