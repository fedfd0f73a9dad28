//! The allocator of the first-party plugins.
//!
//! It is the one that the standard library has, in a release that begins with the memory
//! a sandbox starts with (`--initial-heap` of the linker). To have the memory grow takes
//! a call of the kernel, and another when the sandbox is made ready for the next
//! decision; both hold up every other thread that decides.

#[cfg(all(target_arch = "wasm32", target_os = "unknown"))]
#[global_allocator]
static HEAP: dlmalloc::GlobalDlmalloc = dlmalloc::GlobalDlmalloc;
