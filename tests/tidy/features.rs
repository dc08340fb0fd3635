//! README's table of features says nothing that no test keeps.

use crate::tree::{none, read};

/// The list of features and their tests.
const LIST: &str = "tests/features.list";

#[test]
fn every_feature_of_the_readme_has_a_test() {
    let list = read(LIST);
    let lines = list.lines().filter(|line| !line.starts_with('#'));
    let kept: Vec<(&str, &str)> = lines.map(|line| line.split_once(" | ").unwrap()).collect();
    let claimed = claims(&read("README.md"));
    assert!(claimed.len() > 20, "the table is gone: {claimed:?}");
    let names: Vec<&str> = kept.iter().map(|(feature, _)| *feature).collect();
    assert_eq!(claimed, names, "the features of README.md, and those of {LIST}, in the same order");
    let absent = kept.iter().filter(|(_, test)| !exists(test));
    none("these tests do not exist", &absent.map(|(_, test)| (*test).to_owned()).collect::<Vec<_>>());
}

/// The features that the table says Dockstage has: the lines with a `✓` behind their name.
fn claims(readme: &str) -> Vec<String> {
    let section = readme.split("\n## ").find(|it| it.starts_with("Feature by feature")).unwrap_or_default();
    let rows = section.lines().filter_map(|line| line.strip_prefix("| ")?.split_once(" | "));
    rows.filter(|(_, cells)| cells.starts_with('✓')).map(|(feature, _)| feature.to_owned()).collect()
}

/// Whether `file::test` names a test.
fn exists(test: &str) -> bool {
    let Some((file, name)) = test.split_once("::") else { return false };
    let text = read(file);
    let plain = text.split_once(&format!("fn {name}(")).is_some_and(|(before, _)| {
        let above = before.trim_end_matches("async ").trim_end();
        above.ends_with("#[test]") || above.ends_with("#[tokio::test]")
    });
    plain || text.contains(&format!("= \"{name}\";"))
}
