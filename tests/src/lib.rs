//! Servers and fixtures for the end-to-end tests.
