//! What the schedule asks of an object.

use std::{
    fmt::Debug,
    hash::{DefaultHasher, Hash, Hasher},
    time::Duration,
};

use tagwarden_core::{
    object::ObjectName,
    spec::{ImagePolicy, ImageRepository, ImageUpdateAutomation},
};

/// What has a slot of its own.
pub(super) trait Scheduled {
    fn name(&self) -> &ObjectName;
    fn interval(&self) -> Duration;
    /// A hash of what the manifest says, where another word deserves a try at once.
    fn wanted(&self) -> u64;
}

impl Scheduled for ImageRepository {
    fn name(&self) -> &ObjectName {
        &self.name
    }

    fn interval(&self) -> Duration {
        self.interval
    }

    fn wanted(&self) -> u64 {
        hash(self)
    }
}

impl Scheduled for ImagePolicy {
    fn name(&self) -> &ObjectName {
        &self.name
    }

    /// Without one, only its repository's scans and its own changes make it due.
    fn interval(&self) -> Duration {
        self.interval.unwrap_or(Duration::MAX)
    }

    fn wanted(&self) -> u64 {
        hash(self)
    }
}

impl Scheduled for ImageUpdateAutomation {
    fn name(&self) -> &ObjectName {
        &self.name
    }

    fn interval(&self) -> Duration {
        self.interval
    }

    fn wanted(&self) -> u64 {
        0
    }
}

fn hash(object: &impl Debug) -> u64 {
    let mut hasher = DefaultHasher::new();
    format!("{object:?}").hash(&mut hasher);
    hasher.finish()
}
