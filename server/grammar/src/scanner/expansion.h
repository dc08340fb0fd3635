// Expansions of variables: `$a`, `${a}`, `${a:-b}`.

#pragma once

#include "reader.h"

typedef enum { SPLIT_AT_BLANKS, SPLIT_UNQUOTED, WHOLE_LINE } Splitting;

/// Reads ahead in an expansion, over continuations, up to the end of its word.
typedef struct {
  Reader reader;
  Splitting splitting;
  Quoting word;
  int32_t code; // the current character
  bool joined;  // it stands right after the one before
} Look;

static void look_on(Look *k) {
  Scanner *s = k->reader.scanner;
  uint32_t expected = k->reader.raw + 1;
  k->code = reader_next(&k->reader);
  k->joined = k->reader.raw == expected;
  if (k->code == END_OF_LINE) return;
  bool unquoted = !k->word.quote && !k->word.escaped;
  if ((k->splitting == SPLIT_AT_BLANKS && is_blank(k->code)) ||
      (k->splitting == SPLIT_UNQUOTED && unquoted && (s->flag ? is_blank(k->code) : is_space(k->code)))) {
    k->code = END_OF_LINE;
    k->reader.ended = true;
    s->queue.length = k->reader.at = 0;
    return;
  }
  feed(&k->word, k->code, escape_of(s), s->flag);
}

/// The rest of a `${`, from its name on: whether it is an expansion that is closed within its word.
static bool look_expansion(Look *k, int depth) {
  if (depth >= MAX_NESTING || !k->joined) return false;
  if (is_digit(k->code)) {
    while (is_digit(k->code) && k->joined) look_on(k);
  } else if (is_special_parameter(k->code)) {
    look_on(k);
  } else if (is_name(k->code)) {
    while (is_name(k->code) && k->joined) look_on(k);
  } else {
    return false;
  }
  if (!k->joined) return false;
  int32_t operator = k->code;
  switch (operator) {
    case '}':
      return true;
    case ':':
      look_on(k);
      if (!k->joined || (k->code != '-' && k->code != '+' && k->code != '?')) return false;
      look_on(k);
      break;
    case '#': case '%': case '/':
      look_on(k);
      if (k->code == operator && k->joined) look_on(k);
      break;
    case '-': case '+': case '?':
      look_on(k);
      break;
    default:
      return false;
  }

  Quoting q = {0, false};
  int32_t escape = escape_of(k->reader.scanner);
  while (k->code != END_OF_LINE) {
    int32_t code = k->code;
    bool open = q.quote != '\'' && !q.escaped;
    if (code == '}' && open && !q.quote) return true;
    feed(&q, code, escape, false);
    look_on(k);
    if (code != '$' || !open || !k->joined) continue;
    if (is_special_parameter(k->code)) {
      look_on(k);
    } else if (k->code == '{') {
      look_on(k);
      if (!look_expansion(k, depth + 1)) return false;
      look_on(k);
    }
  }
  return false;
}

/// At the `$` that a token begins with: an expansion; or `fragment` if it is plain text; or NO_TOKEN if it
/// is plain text that may go on.
static enum TokenType scan_dollar(Scanner *s, Cursor *c, Splitting splitting, enum TokenType fragment) {
  take(c);
  mark(c);
  if (is_name(peek(c)) || is_special_parameter(peek(c))) return DOLLAR;
  if (peek(c) != '{') return NO_TOKEN;
  take(c);
  mark(c);
  // Inside an expansion, the look-ahead for the outermost one has seen to it.
  if (s->depth == 0) {
    if (s->failures >= MAX_FAILURES) return NO_TOKEN;
    Look k = {reader_at(s, c, '{'), splitting, s->word, 0, false};
    k.reader.raw = c->count - 1;
    look_on(&k);
    if (!look_expansion(&k, 0)) {
      s->failures++;
      return fragment;
    }
  }
  if (s->depth < MAX_NESTING) {
    s->nested[s->depth].quote = 0;
    s->nested[s->depth].escaped = false;
    s->depth++;
  }
  return DOLLAR_BRACE;
}

static enum TokenType scan_variable(Cursor *c) {
  if (is_digit(peek(c))) {
    while (is_digit(peek(c))) take(c);
  } else if (is_special_parameter(peek(c))) {
    take(c);
  } else {
    while (is_name(peek(c))) take(c);
  }
  mark(c);
  return VARIABLE;
}

/// After the variable in `${`: the operator, or the closing brace.
static enum TokenType scan_after_variable(Scanner *s, Cursor *c) {
  int32_t operator = peek(c);
  take(c);
  if (operator == '}') {
    if (s->depth > 0) s->depth--;
    mark(c);
    return BRACE_CLOSE;
  }
  if (operator == ':' || ((operator == '#' || operator == '%' || operator == '/') && peek(c) == operator)) take(c);
  mark(c);
  return EXPANSION_OPERATOR;
}
