//! The text that the server has is the text that the client has, or none.

use serde_json::{Value, json};

use crate::client::{TestClient, edit};

async fn client_with(encoding: &str) -> TestClient {
    TestClient::start(json!({ "general": { "positionEncodings": [encoding] } })).await
}

#[tokio::test]
async fn columns_count_in_the_agreed_unit() {
    // Before `b` stand é (2 bytes, 1 unit) and 🐳 (4 bytes, 2 units).
    for (encoding, column) in [("utf-8", 10), ("utf-16", 7), ("utf-32", 6)] {
        let mut client = client_with(encoding).await;
        client.open(1, "FROM a\r\n# é 🐳 b\r\nRUN x\r\n").await;
        client.change(2, json!([edit((1, column - 1), (1, column), "c")])).await;
        assert_eq!(client.text().await, json!("FROM a\r\n# é 🐳cb\r\nRUN x\r\n"), "{encoding}");
    }
}

#[tokio::test]
async fn each_change_counts_from_the_text_after_the_one_before() {
    let mut client = client_with("utf-16").await;
    client.open(1, "FROM a\nRUN x\n").await;
    let changes = json!([
        edit((0, 0), (0, 0), "# 🐳\n"),
        edit((2, 4), (2, 5), "yy"),
        { "text": "FROM b\nRUN z\n" },
        edit((1, 4), (1, 5), "🐳"),
        edit((1, 6), (1, 6), "!"),
    ]);
    client.change(2, changes).await;
    assert_eq!(client.text().await, json!("FROM b\nRUN 🐳!\n"));
}

#[tokio::test]
async fn places_behind_the_end_are_the_end() {
    let mut client = client_with("utf-16").await;
    client.open(1, "FROM a\nRUN x").await;
    client.change(2, json!([edit((0, 99), (0, 99), "!")])).await;
    client.change(3, json!([edit((1, 4), (999, 0), "y\n")])).await;
    assert_eq!(client.text().await, json!("FROM a!\nRUN y\n"));
    client.change(4, json!([edit((0, 0), (u32::MAX, u32::MAX), "")])).await;
    assert_eq!(client.text().await, json!(""));
}

#[tokio::test]
async fn a_change_that_does_not_fit_loses_the_document_until_it_is_opened_again() {
    let misfits = [
        (2, json!([edit((9, 0), (9, 1), "x")]), "behind the last line"),
        (2, json!([edit((1, 0), (0, 0), "x")]), "ends before it starts"),
        (0, json!([edit((0, 0), (0, 0), "x")]), "went back from 1 to 0"),
        (2, json!([{ "text": "FROM b" }, edit((1, 0), (1, 0), "x")]), "behind the last line"),
    ];
    for (version, changes, reason) in misfits {
        let mut client = client_with("utf-16").await;
        client.open(1, "FROM a\n").await;
        assert_eq!(client.told("textDocument/publishDiagnostics").await["version"], 1);
        client.change(version, changes).await;
        let logged = client.told("window/logMessage").await;
        assert!(logged["message"].as_str().unwrap().contains(reason), "{logged}");
        // What was said about it is taken back.
        let cleared = client.told("textDocument/publishDiagnostics").await;
        assert_eq!((&cleared["diagnostics"], cleared.get("version")), (&json!([]), None));
        client.change(3, json!([edit((0, 0), (0, 0), "# late\n")])).await;
        assert_eq!(client.text().await, Value::Null);
        client.open(4, "FROM c\n").await;
        client.change(5, json!([edit((0, 5), (0, 6), "d")])).await;
        assert_eq!(client.text().await, json!("FROM d\n"));
    }
}

#[tokio::test]
async fn a_document_that_was_never_opened_cannot_be_changed() {
    let mut client = client_with("utf-16").await;
    client.change(2, json!([{ "text": "FROM a" }])).await;
    assert_eq!(client.text().await, Value::Null);
}

#[tokio::test]
async fn opening_again_takes_the_new_text() {
    let mut client = client_with("utf-16").await;
    client.open(7, "FROM a").await;
    client.open(1, "FROM b").await;
    assert_eq!(client.text().await, json!("FROM b"));
}

#[tokio::test]
async fn random_edits_arrive_as_they_were_made() {
    for encoding in ["utf-8", "utf-16", "utf-32"] {
        let mut client = client_with(encoding).await;
        let mut random = Random(7);
        let mut text = "FROM alpine AS a\r\nRUN <<EOF\n🐳\r\nEOF\nCOPY --from=a é \\\n  b\n".to_owned();
        client.open(0, &text).await;
        for version in 1..120 {
            let mut changes = Vec::new();
            for _ in 0..=random.below(3) {
                let (start, end) = random.range(&text);
                let inserted = random.piece();
                let (from, to) = (position(&text, start, encoding), position(&text, end, encoding));
                changes.push(edit(from, to, inserted));
                text.replace_range(start..end, inserted);
            }
            client.change(version, json!(changes)).await;
        }
        assert_eq!(client.text().await, json!(text), "{encoding}");
    }
}

/// The position of a byte, counted by hand: lines end at `\n`, `\r\n` and `\r`.
fn position(text: &str, byte: usize, encoding: &str) -> (u32, u32) {
    let before = &text[..byte];
    let line_start = before.rfind(['\n', '\r']).map_or(0, |at| at + 1);
    let ends = before.replace("\r\n", "\n").matches(['\n', '\r']).count();
    let column = match encoding {
        "utf-8" => byte - line_start,
        "utf-16" => before[line_start..].encode_utf16().count(),
        _ => before[line_start..].chars().count(),
    };
    (u32::try_from(ends).unwrap(), u32::try_from(column).unwrap())
}

struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % limit
    }

    fn piece(&mut self) -> &'static str {
        const PIECES: [&str; 9] =
            ["", "x", "é", "🐳🐳", "\n", "\r\n", "RUN y \\\n z\n", "FROM b AS c\n", "<<E\n$x\nE\n"];
        PIECES[self.below(PIECES.len())]
    }

    /// A range of whole characters that does not cut a `\r\n` in two: no position names that place.
    fn range(&mut self, text: &str) -> (usize, usize) {
        let mut place = || {
            let mut at = self.below(text.len() + 1);
            while !text.is_char_boundary(at) || (text[..at].ends_with('\r') && text[at..].starts_with('\n')) {
                at -= 1;
            }
            at
        };
        let (a, b) = (place(), place());
        // Mostly short ranges, so that the text does not wither away.
        let (start, end) = (a.min(b), a.max(b));
        if end - start > 8 { (start, start) } else { (start, end) }
    }
}
