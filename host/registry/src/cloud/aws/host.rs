//! What an ECR registry's host name says.

/// One of Amazon's registries.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Ecr<'a> {
    /// The registry of an account in a region.
    Private { region: &'a str, domain: &'static str, fips: bool, dual_stack: bool },
    /// `public.ecr.aws`.
    Public,
}

/// The host names' ends, and those of the services beside them.
const DOMAINS: [(&str, &str); 8] = [
    (".amazonaws.com", "amazonaws.com"),
    (".amazonaws.com.cn", "amazonaws.com.cn"),
    (".on.aws", "amazonaws.com"),
    (".on.amazonwebservices.com.cn", "amazonaws.com.cn"),
    // Regions apart from the others.
    (".c2s.ic.gov", "c2s.ic.gov"),
    (".sc2s.sgov.gov", "sc2s.sgov.gov"),
    (".cloud.adc-e.uk", "cloud.adc-e.uk"),
    (".csp.hci.ic.gov", "csp.hci.ic.gov"),
];

impl<'a> Ecr<'a> {
    /// Reads `ACCOUNT.dkr.ecr.REGION.amazonaws.com` and its relatives.
    pub fn of(host: &'a str) -> Option<Self> {
        if matches!(host, "public.ecr.aws" | "ecr-public.aws.com") {
            return Some(Self::Public);
        }
        let (suffix, domain) = DOMAINS.into_iter().find(|(suffix, _)| host.ends_with(suffix))?;
        let (account, rest) = host.strip_suffix(suffix)?.split_once('.')?;
        let dual_stack = suffix.starts_with(".on.");
        let plain = if dual_stack { "dkr-ecr." } else { "dkr.ecr." };
        let guarded = if dual_stack { "dkr-ecr-fips." } else { "dkr.ecr-fips." };
        let (region, fips) = match (rest.strip_prefix(plain), rest.strip_prefix(guarded)) {
            (Some(region), _) => (region, false),
            (None, Some(region)) => (region, true),
            (None, None) => return None,
        };
        let numbered = account.len() == 12 && account.bytes().all(|b| b.is_ascii_digit());
        (numbered && is_region(region)).then_some(Self::Private {
            region,
            domain,
            fips,
            dual_stack,
        })
    }

    /// The region whose services give the login.
    pub fn region(&self) -> &'a str {
        match self {
            Self::Private { region, .. } => region,
            Self::Public => "us-east-1",
        }
    }

    /// The end of its services' host names.
    pub fn domain(&self) -> &'static str {
        match self {
            Self::Private { domain, .. } => domain,
            Self::Public => "amazonaws.com",
        }
    }

    /// Where the registry's API answers.
    pub fn endpoint(&self) -> String {
        match self {
            Self::Public => "https://api.ecr-public.us-east-1.amazonaws.com/".to_owned(),
            Self::Private { region, dual_stack: true, fips: false, domain: "amazonaws.com" } => {
                format!("https://ecr.{region}.api.aws/")
            }
            Self::Private { region, fips: true, domain, .. } => {
                format!("https://ecr-fips.{region}.{domain}/")
            }
            Self::Private { region, domain, .. } => format!("https://api.ecr.{region}.{domain}/"),
        }
    }
}

/// Whether the text can be part of a host name as it stands.
pub(super) fn is_region(text: &str) -> bool {
    let allowed = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    !text.is_empty() && text.len() <= 32 && text.bytes().all(allowed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_host_leads_to_its_api() {
        for (host, endpoint) in [
            ("123456789012.dkr.ecr.eu-west-1.amazonaws.com", "api.ecr.eu-west-1.amazonaws.com"),
            (
                "123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn",
                "api.ecr.cn-north-1.amazonaws.com.cn",
            ),
            (
                "123456789012.dkr.ecr-fips.us-east-1.amazonaws.com",
                "ecr-fips.us-east-1.amazonaws.com",
            ),
            ("123456789012.dkr-ecr.eu-west-1.on.aws", "ecr.eu-west-1.api.aws"),
            ("123456789012.dkr.ecr.us-iso-east-1.c2s.ic.gov", "api.ecr.us-iso-east-1.c2s.ic.gov"),
            ("public.ecr.aws", "api.ecr-public.us-east-1.amazonaws.com"),
        ] {
            let ecr = Ecr::of(host).unwrap();
            assert_eq!(ecr.endpoint(), format!("https://{endpoint}/"), "{host}");
        }
    }

    #[test]
    fn a_host_that_merely_looks_like_it_is_none() {
        for host in [
            "dkr.ecr.eu-west-1.amazonaws.com",
            "12345.dkr.ecr.eu-west-1.amazonaws.com",
            "123456789012.dkr.ecr.eu-west-1.amazonaws.com.evil.example",
            "123456789012.dkr.ecr.evil.example/x.amazonaws.com",
            "123456789012.dkr.ecr..amazonaws.com",
            "123456789012.s3.eu-west-1.amazonaws.com",
            "ecr.aws",
        ] {
            assert_eq!(Ecr::of(host), None, "{host}");
        }
    }
}
