//! Keeps the tags that match an RE2 pattern, and extracts their keys.
