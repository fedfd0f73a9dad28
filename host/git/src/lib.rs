//! The Git writer: fetch, edit objects, commit, push.
