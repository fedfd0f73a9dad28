//go:build !wasip1

package runtime

// Unpin is for the component alone; here it lets the tests compile.
func Unpin() {}
