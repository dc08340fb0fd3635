// Flags, images, pairs, JSON strings, redirects: the words that are more than text.

#pragma once

#include "fragment.h"

// Flags ---------------------------------------------------------------------------------------------------

/// At a dash where a flag may stand. NO_TOKEN if it is only one dash, which is then read.
static enum TokenType scan_dashes(Scanner *s, Cursor *c) {
  take(c);
  if (peek(c) != '-') return NO_TOKEN;
  take(c);
  mark(c);
  memset(&s->word, 0, sizeof s->word);
  s->failures = 0;
  Reader r = reader_at(s, c, '-');
  int32_t code = reader_next(&r);
  if (code == END_OF_LINE || is_blank(code)) return FLAGS_END;
  s->flag = true;
  for (const char *name = "mount"; *name; name++) {
    if (code != *name) return DASHES;
    code = reader_next(&r);
  }
  return code == '=' || code == END_OF_LINE || is_blank(code) ? MOUNT_DASHES : DASHES;
}

// Decisions that look ahead and read nothing --------------------------------------------------------------
//
// `consumed` is a character that has been read already, 0 if there is none.

/// Whether the first word, and with it the whole of ENV or LABEL, has the form key=value.
static enum TokenType look_for_pairs(Scanner *s, Cursor *c, int32_t consumed, bool escaped_blank) {
  Reader r = reader_at(s, c, escaped_blank ? ' ' : consumed);
  Quoting q = {0, false};
  int32_t code, escape = escape_of(s);
  if (consumed) feed(&q, consumed, escape, false);
  if (escaped_blank) q.escaped = false;
  bool leading = !consumed;
  while ((code = reader_next(&r)) != END_OF_LINE) {
    if (code == '=') return PAIRS;
    if (leading && is_space(code)) continue;
    leading = false;
    if (!q.quote && !q.escaped && is_space(code)) break;
    feed(&q, code, escape, false);
  }
  return LEGACY_PAIR;
}

/// Whether the image begins with a registry: a first component with a dot, with a port, or `localhost`.
static enum TokenType look_for_registry(Scanner *s, Cursor *c, int32_t consumed) {
  static const char LOCAL[] = "localhost";
  Reader r = reader_at(s, c, consumed);
  uint32_t length = 0, braces = 0;
  bool local = !consumed, host = false;
  int32_t code;
  while ((code = reader_next(&r)) != END_OF_LINE && !is_blank(code)) {
    if (code == '{') braces++;
    if (!braces) {
      if (code == '/') {
        bool found = host || (local && length == sizeof LOCAL - 1);
        return found ? IMAGE_WITH_REGISTRY : IMAGE_WITHOUT_REGISTRY;
      }
      if (code == '@') break;
      if (code == '.' || code == ':') host = true;
    }
    if (code == '}' && braces > 0) braces--;
    local = local && length < sizeof LOCAL - 1 && code == LOCAL[length];
    length++;
  }
  return IMAGE_WITHOUT_REGISTRY;
}

/// BuildKit compares this word in another way than keywords: a long s is an s.
static bool is_s(int32_t c) { return lower(c) == 's' || c == 0x017F; }

/// The word after the image: `AS`, or any other word.
static enum TokenType scan_as(Scanner *s, Cursor *c, const Fragment *f) {
  if (!f->valid[WORD] || lower(peek(c)) != 'a') return scan_fragment(s, c, f, 0);
  int32_t escape = escape_of(s), last = 'a';
  take(c);
  mark(c);
  if (is_s(peek(c))) {
    last = 's';
    take(c);
    mark(c);
  }
  // Only at the word's end, or where a continuation may hide it, is there a need to look further.
  if (peek(c) != escape && !is_blank(peek(c)) && !at_line_end(c)) return scan_fragment(s, c, f, last);
  Reader r = reader_at(s, c, last);
  int32_t code = reader_next(&r);
  if (last == 'a') {
    if (!is_s(code)) return WORD;
    code = reader_next(&r);
  }
  return code == END_OF_LINE || is_blank(code) ? AS : WORD;
}

// JSON form and redirects ---------------------------------------------------------------------------------

/// A string of a JSON array, or the part of it on this physical line.
static enum TokenType scan_json_string(Scanner *s, Cursor *c, const bool *valid, int32_t previous) {
  bool first = valid[JSON_WHOLE];
  int32_t escape = escape_of(s);
  bool escaped = !first && s->word.escaped;
  if (first) {
    take(c);
    mark(c);
  }
  while (!at_line_end(c)) {
    int32_t code = peek(c);
    take(c);
    if (code == escape && previous != escape && before_white_space(c)) break;
    mark(c);
    previous = code;
    if (escaped) {
      escaped = false;
    } else if (code == '\\') {
      escaped = true;
    } else if (code == '"') {
      s->word.escaped = false;
      return first ? JSON_WHOLE : JSON_END;
    }
  }
  s->word.escaped = escaped;
  return first ? JSON_BEGIN : JSON_MIDDLE;
}

/// Part of a heredoc redirect: the operator, or what follows it.
static enum TokenType scan_redirect(Scanner *s, Cursor *c, bool begins, int32_t previous) {
  int32_t escape = escape_of(s);
  if (s->less_than < 2 || (!s->operator_ended && peek(c) == '-')) {
    while (s->less_than == 0 && is_digit(peek(c))) take(c);
    while (s->less_than < 2 && peek(c) == '<') {
      take(c);
      s->less_than++;
    }
    if (s->less_than == 2) {
      bool dash = peek(c) == '-';
      if (dash) take(c);
      s->operator_ended = dash || peek(c) != escape;
    }
    mark(c);
    return begins ? HEREDOC_OPERATOR_BEGIN : HEREDOC_OPERATOR_PART;
  }
  s->operator_ended = true;
  while (c->count < s->remaining && !at_line_end(c)) {
    int32_t code = peek(c);
    take(c);
    if (code == escape && previous != escape && before_white_space(c)) break;
    mark(c);
    previous = code;
  }
  return HEREDOC_DELIMITER_PART;
}

/// At an escape character where more than text may begin, so that the token's end is not known before the
/// line's. NO_TOKEN if something other than white space follows: then only the escape character is read.
static enum TokenType scan_escape_ahead(Scanner *s, Cursor *c, const bool *valid) {
  bool part = valid[JSON_END] || s->remaining > 0;
  uint32_t before = c->count;
  take(c);
  if (part) mark(c);
  if (!before_white_space(c)) return NO_TOKEN;
  if (take_continuation(c)) return finish_continuation(s, c);
  uint32_t blanks = c->count - before - 1;
  if (valid[JSON_END]) return JSON_MIDDLE;
  if (s->remaining > 0) {
    s->operator_ended = true;
    return HEREDOC_DELIMITER_PART;
  }
  if (valid[START_EMPTY]) {
    s->onbuilds++;
    s->json = false;
    return START_UNKNOWN;
  }
  if (valid[PAIRS]) return blanks == 1 ? look_for_pairs(s, c, escape_of(s), true) : LEGACY_PAIR;
  return IMAGE_WITHOUT_REGISTRY;
}
