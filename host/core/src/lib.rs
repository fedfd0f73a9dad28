//! The pure heart of Tagwarden: image references, tags, selections, markers, edits and changes.
