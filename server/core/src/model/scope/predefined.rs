//! Variables that BuildKit knows by itself.

/// What a variable is for that BuildKit knows by itself: the platform ARGs, the stage that is built, the
/// proxies, and the arguments that steer the build.
pub fn predefined(name: &str) -> Option<&'static str> {
    Some(match name {
        "BUILDPLATFORM" => "Platform of the machine that builds, such as `linux/amd64`",
        "BUILDOS" => "Operating system of the machine that builds",
        "BUILDOSVERSION" => "Version of the operating system of the machine that builds",
        "BUILDARCH" => "Architecture of the machine that builds, such as `amd64`",
        "BUILDVARIANT" => "Variant of the architecture of the machine that builds, such as `v7`",
        "TARGETPLATFORM" => "Platform that the image is built for, such as `linux/arm64`",
        "TARGETOS" => "Operating system that the image is built for",
        "TARGETOSVERSION" => "Version of the operating system that the image is built for",
        "TARGETARCH" => "Architecture that the image is built for, such as `arm64`",
        "TARGETVARIANT" => "Variant of the architecture that the image is built for, such as `v7`",
        "TARGETSTAGE" => "Name of the stage that is built; `default` when that has no name",
        "HTTP_PROXY" | "http_proxy" => "Proxy for HTTP, passed to RUN when the build is given it",
        "HTTPS_PROXY" | "https_proxy" => "Proxy for HTTPS, passed to RUN when the build is given it",
        "FTP_PROXY" | "ftp_proxy" => "Proxy for FTP, passed to RUN when the build is given it",
        "NO_PROXY" | "no_proxy" => "Hosts to reach without a proxy, passed to RUN when the build is given it",
        "ALL_PROXY" | "all_proxy" => "Proxy for every protocol, passed to RUN when the build is given it",
        "SOURCE_DATE_EPOCH" => {
            "Seconds since 1970 that the build takes as the time of the image and its files"
        }
        "BUILDKIT_BUILD_NAME" => "Name of the build in the build history",
        "BUILDKIT_CACHE_MOUNT_NS" => "Name space that cache mounts are kept apart by",
        "BUILDKIT_CONTEXT_KEEP_GIT_DIR" => "Keeps `.git` in a build context that is a Git repository",
        "BUILDKIT_DOCKERFILE_CHECK" => "Settings of the build checks, in place of `# check=`",
        "BUILDKIT_INLINE_CACHE" => "Writes cache metadata into the image's configuration",
        "BUILDKIT_MULTI_PLATFORM" => "Writes a multi-platform result even for one platform",
        "BUILDKIT_SANDBOX_HOSTNAME" => "Host name that RUN sees",
        "BUILDKIT_SBOM_SCAN_CONTEXT" => "Whether the build context is scanned for the bill of materials",
        "BUILDKIT_SBOM_SCAN_STAGE" => "Whether this stage is scanned for the bill of materials, or which are",
        "BUILDKIT_SYNTAX" => "Frontend that builds the file, in place of `# syntax=`",
        _ => return None,
    })
}

/// Whether FROM and global ARGs see this variable without a declaration.
pub fn is_automatic(name: &str) -> bool {
    match name.strip_prefix("TARGET").or_else(|| name.strip_prefix("BUILD")) {
        Some("PLATFORM" | "OS" | "OSVERSION" | "ARCH" | "VARIANT") => true,
        _ => name == "TARGETSTAGE",
    }
}

/// Whether RUN gets this variable from the build without a declaration.
pub fn is_proxy(name: &str) -> bool {
    name.strip_suffix("_proxy").is_some_and(|it| matches!(it, "http" | "https" | "ftp" | "no" | "all"))
        || name.strip_suffix("_PROXY").is_some_and(|it| matches!(it, "HTTP" | "HTTPS" | "FTP" | "NO" | "ALL"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_buildkit_defines_is_described() {
        for name in ["TARGETSTAGE", "BUILDVARIANT", "all_proxy", "BUILDKIT_SYNTAX", "SOURCE_DATE_EPOCH"] {
            assert!(predefined(name).is_some(), "{name}");
        }
        assert!(is_automatic("TARGETOSVERSION") && is_automatic("TARGETSTAGE"));
        assert!(!is_automatic("BUILDSTAGE") && !is_automatic("TARGET") && !is_automatic("OS"));
        assert!(is_proxy("NO_PROXY") && !is_proxy("Http_Proxy") && !is_proxy("socks_proxy"));
    }
}
