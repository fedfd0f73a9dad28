//! What a plugin author needs: typed settings and tags, nothing of Wasm.
