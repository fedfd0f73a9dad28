//! The one loop from specification to outcome, over small ports.
