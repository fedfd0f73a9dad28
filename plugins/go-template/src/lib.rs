//! Renders a commit message from a Go text/template.
