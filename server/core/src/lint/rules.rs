//! The list of rules. Adding one: a file in `rules/`, its `mod` here and its word in the list.

use super::Rule;

pub(super) mod circular_dependency;
pub(super) mod consistent_instruction_casing;
pub(super) mod copy_ignored_file;
pub(super) mod copy_source_not_made;
pub(super) mod dead_image_tag;
pub(super) mod duplicate_stage_name;
pub(super) mod expose_invalid_format;
pub(super) mod expose_proto_casing;
pub(super) mod from_as_casing;
pub(super) mod from_platform_flag_const_disallowed;
pub(super) mod invalid_base_image_platform;
pub(super) mod invalid_check_option;
pub(super) mod invalid_copy;
pub(super) mod invalid_default_arg_in_from;
pub(super) mod invalid_definition_description;
pub(super) mod invalid_expansion;
pub(super) mod invalid_ignore_file;
pub(super) mod invalid_image_name;
pub(super) mod invalid_mount;
pub(super) mod invalid_platform;
pub(super) mod invalid_port;
pub(super) mod invalid_source_date_epoch;
pub(super) mod invalid_stage_index;
pub(super) mod invalid_stop_signal;
pub(super) mod invalid_volume;
pub(super) mod invalid_windows_path;
pub(super) mod json_args_recommended;
pub(super) mod later_base;
pub(super) mod later_stage;
pub(super) mod legacy_key_value_format;
pub(super) mod maintainer_deprecated;
pub(super) mod multiple_instructions_disallowed;
pub(super) mod no_empty_continuation;
pub(super) mod parse_error;
pub(super) mod redundant_target_platform;
pub(super) mod reserved_stage_name;
pub(super) mod secrets_used_in_arg_or_env;
pub(super) mod stage_name_casing;
pub(super) mod undefined_arg_in_from;
pub(super) mod undefined_var;
pub(super) mod unknown_check;
pub(super) mod unknown_stage;
pub(super) mod unknown_target;
pub(super) mod unreachable_stage;
pub(super) mod variable_in_from;
pub(super) mod workdir_relative_path;

static ALL: &[&Rule] = &[
    &circular_dependency::RULE,
    &consistent_instruction_casing::RULE,
    &copy_ignored_file::RULE,
    &copy_source_not_made::RULE,
    &dead_image_tag::RULE,
    &duplicate_stage_name::RULE,
    &expose_invalid_format::RULE,
    &expose_proto_casing::RULE,
    &from_as_casing::RULE,
    &from_platform_flag_const_disallowed::RULE,
    &invalid_base_image_platform::RULE,
    &invalid_check_option::RULE,
    &invalid_copy::RULE,
    &invalid_default_arg_in_from::RULE,
    &invalid_definition_description::RULE,
    &invalid_expansion::RULE,
    &invalid_ignore_file::RULE,
    &invalid_image_name::RULE,
    &invalid_mount::RULE,
    &invalid_platform::RULE,
    &invalid_port::RULE,
    &invalid_source_date_epoch::RULE,
    &invalid_stage_index::RULE,
    &invalid_stop_signal::RULE,
    &invalid_volume::RULE,
    &invalid_windows_path::RULE,
    &json_args_recommended::RULE,
    &later_base::RULE,
    &later_stage::RULE,
    &legacy_key_value_format::RULE,
    &maintainer_deprecated::RULE,
    &multiple_instructions_disallowed::RULE,
    &no_empty_continuation::RULE,
    &parse_error::RULE,
    &redundant_target_platform::RULE,
    &reserved_stage_name::RULE,
    &secrets_used_in_arg_or_env::RULE,
    &stage_name_casing::RULE,
    &undefined_arg_in_from::RULE,
    &undefined_var::RULE,
    &unknown_check::RULE,
    &unknown_stage::RULE,
    &unknown_target::RULE,
    &unreachable_stage::RULE,
    &variable_in_from::RULE,
    &workdir_relative_path::RULE,
];

/// Every rule, by name of its file.
pub fn all() -> &'static [&'static Rule] {
    ALL
}

/// The rule with this code, in any case.
pub fn find(code: &str) -> Option<&'static Rule> {
    ALL.iter().copied().find(|rule| rule.code.eq_ignore_ascii_case(code))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::analysis::Settings;
    use crate::lint::{
        Beside, Diagnostic, FixKind, Fixed, Severity, apply_fixes, diagnostics, diagnostics_beside,
    };
    use crate::model::SourceFile;
    use crate::syntax::checks::BUILD_CHECKS;

    /// What there is to say about a text under a heading of a rule's page.
    fn found(rule: &Rule, heading: &str, text: &str) -> Vec<Diagnostic> {
        let ignore = rule.ignore_file(heading);
        let settings = Settings { target: rule.target(heading), ..Settings::default() };
        diagnostics_beside(
            &SourceFile::new(text),
            &settings,
            Beside { ignore: ignore.as_ref(), ..Beside::default() },
        )
    }

    fn codes(rule: &Rule, heading: &str, text: &str) -> BTreeSet<&'static str> {
        found(rule, heading, text).iter().map(|it| it.code).collect()
    }

    #[test]
    fn the_list_equals_the_folder() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/lint/rules");
        let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        let files: BTreeSet<String> =
            entries.map(|path| path.file_stem().unwrap().to_string_lossy().into_owned()).collect();
        let listed: BTreeSet<String> = all().iter().map(|rule| snake_case(rule.code)).collect();
        assert_eq!(listed, files);
        assert!(all().is_sorted_by_key(|rule| snake_case(rule.code)), "the list is in order");
    }

    /// `JSONArgsRecommended` becomes `json_args_recommended`.
    fn snake_case(code: &str) -> String {
        let chars: Vec<char> = code.chars().collect();
        let mut out = String::new();
        for (at, c) in chars.iter().enumerate() {
            let begins = c.is_uppercase() && chars.get(at + 1).is_some_and(|next| next.is_lowercase());
            let ends = at > 0 && c.is_uppercase() && chars[at - 1].is_lowercase();
            if at > 0 && (begins || ends) {
                out.push('_');
            }
            out.extend(c.to_lowercase());
        }
        out
    }

    #[test]
    fn a_rule_is_found_by_its_code() {
        for rule in all() {
            assert!(std::ptr::eq(find(&rule.code.to_lowercase()).unwrap(), *rule));
        }
        assert!(find("NoSuchRule").is_none());
    }

    /// The check that needs a registry, so that it never finds anything here.
    const SILENT: &str = "InvalidBaseImagePlatform";

    #[test]
    fn there_is_a_rule_for_each_build_check() {
        for code in BUILD_CHECKS {
            let rule = find(code).unwrap_or_else(|| panic!("no rule {code}"));
            assert_eq!((rule.code, rule.source), (code, crate::lint::Source::Buildkit));
        }
    }

    #[test]
    fn every_page_is_whole() {
        for rule in all() {
            let page = rule.page();
            let headings: Vec<&str> = page.lines().filter_map(|line| line.strip_prefix("## ")).collect();
            let (first, rest) = headings.split_at(4.min(headings.len()));
            assert_eq!(
                first,
                ["What it does", "Why it matters", "Example", "Use instead"],
                "the page of {}",
                rule.code
            );
            let says_why = rest == ["Why there is no fix"];
            assert!(says_why || rest.is_empty(), "{}: {rest:?}", rule.code);
            assert!(!says_why || rule.fix == FixKind::None, "{} has a fix", rule.code);
            let needs_why = BUILD_CHECKS.contains(&rule.code) && rule.fix == FixKind::None;
            assert!(says_why || !needs_why, "the page of {} does not say why there is no fix", rule.code);
            assert_eq!(rule.examples("Example").len(), 1, "{}", rule.code);
            assert_eq!(rule.examples("Use instead").len(), 1, "{}", rule.code);
        }
    }

    #[test]
    fn every_page_begins_with_a_sentence_that_can_stand_alone() {
        for rule in all() {
            let summary = rule.summary();
            assert!(summary.ends_with('.'), "{}: {summary}", rule.code);
            assert_eq!(summary.matches('`').count() % 2, 0, "{}: {summary}", rule.code);
        }
    }

    #[test]
    fn every_example_triggers_its_rule_and_no_other() {
        for rule in all() {
            let expected = if rule.code == SILENT { BTreeSet::new() } else { BTreeSet::from([rule.code]) };
            for example in rule.examples("Example") {
                assert_eq!(codes(rule, "Example", &example), expected, "{example}");
            }
            for example in rule.examples("Use instead") {
                assert_eq!(codes(rule, "Use instead", &example), BTreeSet::new(), "{example}");
            }
        }
    }

    #[test]
    fn every_fix_of_an_example_mends_it() {
        for rule in all() {
            let (example, cure) = (&rule.examples("Example")[0], &rule.examples("Use instead")[0]);
            for diagnostic in found(rule, "Example", example) {
                assert_eq!(diagnostic.fixes.is_empty(), rule.fix == FixKind::None, "{}", rule.code);
                for fix in &diagnostic.fixes {
                    let fixed = fix.change.apply(example).unwrap();
                    assert_eq!(codes(rule, "Example", &fixed), BTreeSet::new(), "{fixed}");
                    if rule.fix == FixKind::Always {
                        assert_eq!(&fixed, cure);
                    }
                }
            }
        }
    }

    #[test]
    fn what_was_mended_stays_so() {
        let mut examples: Vec<String> = all().iter().flat_map(|rule| rule.examples("Example")).collect();
        examples.push(examples.concat());
        for example in examples {
            let mend = |text: &str| apply_fixes(text, |file| diagnostics(file, &Settings::default()));
            let mended = mend(&example);
            assert_eq!(mend(&mended.text), Fixed { count: 0, ..mended.clone() }, "{example}");
        }
    }

    #[test]
    fn only_buildkit_makes_errors() {
        for rule in all().iter().filter(|rule| rule.severity == Severity::Error) {
            assert_eq!(rule.source, crate::lint::Source::Buildkit, "{}", rule.code);
        }
    }
}
