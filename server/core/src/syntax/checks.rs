//! The names of BuildKit's build checks, as `# check=skip=` takes them.

/// BuildKit's build checks.
pub const BUILD_CHECKS: [&str; 22] = [
    "StageNameCasing",
    "FromAsCasing",
    "NoEmptyContinuation",
    "ConsistentInstructionCasing",
    "DuplicateStageName",
    "ReservedStageName",
    "JSONArgsRecommended",
    "MaintainerDeprecated",
    "UndefinedArgInFrom",
    "WorkdirRelativePath",
    "UndefinedVar",
    "MultipleInstructionsDisallowed",
    "LegacyKeyValueFormat",
    "InvalidBaseImagePlatform",
    "RedundantTargetPlatform",
    "SecretsUsedInArgOrEnv",
    "InvalidDefaultArgInFrom",
    "FromPlatformFlagConstDisallowed",
    "CopyIgnoredFile",
    "InvalidDefinitionDescription",
    "ExposeProtoCasing",
    "ExposeInvalidFormat",
];

/// The checks that BuildKit makes for the file as a whole: a comment above an instruction does not
/// silence them.
pub const WHOLE_FILE: [&str; 6] = [
    "NoEmptyContinuation",
    "ConsistentInstructionCasing",
    "DuplicateStageName",
    "ReservedStageName",
    "InvalidBaseImagePlatform",
    "InvalidDefaultArgInFrom",
];

/// The checks that run only when they are asked for; `skip` means nothing to them.
pub const EXPERIMENTAL: [&str; 1] = ["InvalidDefinitionDescription"];
