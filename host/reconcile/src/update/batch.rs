//! Automations that share a commit.

use tagwarden_core::spec::ImageUpdateAutomation;

/// Automations of one repository, reference and destination, in the order of
/// the manifests; most often one alone.
#[derive(Debug)]
pub(super) struct Batch<'a> {
    pub members: Vec<&'a ImageUpdateAutomation>,
    /// Where each stands among those due.
    pub places: Vec<usize>,
}

impl<'a> Batch<'a> {
    /// Who commits for all of them.
    pub fn lead(&self) -> &'a ImageUpdateAutomation {
        self.members[0]
    }

    fn takes(&self, other: &ImageUpdateAutomation) -> bool {
        let lead = self.lead();
        may_share(lead)
            && may_share(other)
            && (&lead.source, &lead.checkout, &lead.push, &lead.author)
                == (&other.source, &other.checkout, &other.push, &other.author)
            && (&lead.signing_secret, lead.signing_format, &lead.name.namespace)
                == (&other.signing_secret, other.signing_format, &other.name.namespace)
    }
}

fn may_share(automation: &ImageUpdateAutomation) -> bool {
    automation.batch && !automation.suspend && automation.pull_request.is_none()
}

/// Groups those that ask for it and agree on everything a commit has but once.
pub(super) fn of<'a>(due: &[&'a ImageUpdateAutomation]) -> Vec<Batch<'a>> {
    let mut batches: Vec<Batch<'a>> = Vec::new();
    for (place, automation) in due.iter().enumerate() {
        match batches.iter_mut().find(|batch| batch.takes(automation)) {
            Some(batch) => {
                batch.members.push(automation);
                batch.places.push(place);
            }
            None => batches.push(Batch { members: vec![automation], places: vec![place] }),
        }
    }
    batches
}
