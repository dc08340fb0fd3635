//! The page of an image in its registry.

use crate::model::ImageRef;

/// A page on the web.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// What the registry is called.
    pub registry: &'static str,
    /// Its address.
    pub url: String,
}

/// The name that Docker Hub has for people.
pub const DOCKER_HUB: &str = "Docker Hub";

/// The page that shows an image, where its registry has one whose address follows from the name.
pub fn page(image: &ImageRef) -> Option<Page> {
    let repository = image.repository.as_str();
    // Only a name that is one may go into an address.
    let plain = |it: u8| it.is_ascii_lowercase() || it.is_ascii_digit() || b"-_./".contains(&it);
    let is_name = |part: &str| !part.is_empty() && part.bytes().all(plain) && !part.starts_with('.');
    if !repository.split('/').all(is_name) {
        return None;
    }
    let page = |registry, url| Some(Page { registry, url });
    let (owner, name) = repository.split_once('/').unwrap_or(("", repository));
    match image.registry.as_deref() {
        None | Some("docker.io" | "index.docker.io" | "registry-1.docker.io") => match owner {
            "" | "library" => page(DOCKER_HUB, format!("https://hub.docker.com/_/{name}")),
            _ => page(DOCKER_HUB, format!("https://hub.docker.com/r/{repository}")),
        },
        // GitHub and Google lead from the address of the image to its page.
        Some("ghcr.io") if !owner.is_empty() => page("GitHub", format!("https://ghcr.io/{repository}")),
        Some(host) if is_google(host) => page("Google Cloud", format!("https://{host}/{repository}")),
        Some("quay.io") => page("Quay", format!("https://quay.io/repository/{repository}")),
        Some("mcr.microsoft.com") => {
            page("Microsoft", format!("https://mcr.microsoft.com/artifact/mar/{repository}"))
        }
        Some("public.ecr.aws") => page("Amazon ECR", format!("https://gallery.ecr.aws/{repository}")),
        Some("cgr.dev") if owner == "chainguard" => {
            page("Chainguard", format!("https://images.chainguard.dev/directory/image/{name}/overview"))
        }
        Some("nvcr.io") if !owner.is_empty() && !name.contains('/') => {
            page("NVIDIA", format!("https://catalog.ngc.nvidia.com/orgs/{owner}/containers/{name}"))
        }
        _ => None,
    }
}

fn is_google(host: &str) -> bool {
    host == "gcr.io" || host.ends_with(".gcr.io") || host.ends_with(".pkg.dev")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_of_the_usual_registries() {
        for (image, url) in [
            ("node:22", "https://hub.docker.com/_/node"),
            ("docker.io/library/node", "https://hub.docker.com/_/node"),
            ("org/app@sha256:ab", "https://hub.docker.com/r/org/app"),
            ("quay.io/org/app:1", "https://quay.io/repository/org/app"),
            ("ghcr.io/org/app/part", "https://ghcr.io/org/app/part"),
            ("mcr.microsoft.com/dotnet/sdk:9.0", "https://mcr.microsoft.com/artifact/mar/dotnet/sdk"),
            ("gcr.io/distroless/static", "https://gcr.io/distroless/static"),
            ("public.ecr.aws/docker/library/node", "https://gallery.ecr.aws/docker/library/node"),
            ("cgr.dev/chainguard/go", "https://images.chainguard.dev/directory/image/go/overview"),
            ("nvcr.io/nvidia/cuda:12", "https://catalog.ngc.nvidia.com/orgs/nvidia/containers/cuda"),
        ] {
            assert_eq!(page(&ImageRef::parse(image)).map(|it| it.url).as_deref(), Some(url), "{image}");
        }
    }

    #[test]
    fn no_page_without_a_registry_that_has_one() {
        for image in [
            "localhost:5000/app",
            "registry.example.com/a/b",
            "${A}",
            "a//b",
            "Node",
            "",
            "a/../b",
            "ghcr.io/a",
        ] {
            assert_eq!(page(&ImageRef::parse(image)), None, "{image}");
        }
    }
}
