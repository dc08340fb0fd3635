//! Base images for another platform: known of, but never found.

use crate::lint::rule::{Context, declare_rule};

declare_rule! {
    /// ## What it does
    /// Reports nothing: BuildKit's check of this name compares the platform of the image that it pulled for a
    /// FROM with the one that the stage is built for, and Dockstage pulls no images.
    ///
    /// It knows the name, so that `# check=skip=InvalidBaseImagePlatform` is no mistake.
    ///
    /// ## Why it matters
    /// An image that exists for one platform only is pulled for every build. On another platform its programs
    /// do not start, or run slowly in an emulator.
    ///
    /// ## Example
    /// On a machine for `linux/amd64`, BuildKit warns of this file when the image exists for `linux/arm64` only:
    /// ```dockerfile
    /// FROM example.com/only-for-arm64:1
    /// ```
    ///
    /// ## Use instead
    /// An image that exists for all platforms that are built for, named by its own name and not by that of one
    /// platform:
    /// ```dockerfile
    /// FROM example.com/for-every-platform:1
    /// ```
    ///
    /// ## Why there is no fix
    /// Which image exists for which platform, the registry knows.
    InvalidBaseImagePlatform {
        severity: Warning,
        source: Buildkit,
        fix: None,
    }
}

fn check(_: &mut Context<'_>) {}

#[cfg(test)]
mod tests {
    use crate::lint::test::check;

    #[test]
    fn its_name_is_known() {
        check("# check=skip=InvalidBaseImagePlatform\nFROM alpine\n");
        check(
            "# a Dockerfile\n# check=skip=InvalidBaseImagePlatform\nFROM --platform=linux/riscv64 alpine AS riscv64\n",
        );
    }
}
