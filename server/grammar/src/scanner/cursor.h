// Characters and their kinds; the lexer with a count of what it has read.

#pragma once

#include "state.h"

static inline bool is_blank(int32_t c) {
  return c == ' ' || c == '\t' || c == '\r' || c == '\v' || c == '\f';
}

/// White space as Unicode, and Go's unicode.IsSpace, define it.
static bool is_space(int32_t c) {
  if (c < 0x80) return c == ' ' || (c >= '\t' && c <= '\r');
  switch (c) {
    case 0x85: case 0xA0: case 0x1680: case 0x2028: case 0x2029: case 0x202F: case 0x205F: case 0x3000:
      return true;
    default:
      return c >= 0x2000 && c <= 0x200A;
  }
}

static inline bool is_digit(int32_t c) { return c >= '0' && c <= '9'; }

static inline bool is_name(int32_t c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || is_digit(c);
}

static inline bool is_special_parameter(int32_t c) {
  return c == '@' || c == '*' || c == '#' || c == '?' || c == '-' || c == '$' || c == '!' || c == '0';
}

static int32_t lower(int32_t c) {
  if (c >= 'A' && c <= 'Z') return c + ('a' - 'A');
  if (c == 0x212A) return 'k'; // KELVIN SIGN
  if (c == 0x0130) return 'i'; // LATIN CAPITAL LETTER I WITH DOT ABOVE
  return c;
}

static inline int32_t valid_code(int32_t c) { return c < 0 ? REPLACEMENT : c; }

/// One character seen by the quoting rules. In single quotes the escape character means nothing, except in
/// flags.
static void feed(Quoting *q, int32_t c, int32_t escape, bool escape_in_single) {
  if (q->escaped) {
    q->escaped = false;
  } else if (c == escape && (q->quote != '\'' || escape_in_single)) {
    q->escaped = true;
  } else if (q->quote) {
    if (c == q->quote) q->quote = 0;
  } else if (c == '"' || c == '\'') {
    q->quote = (uint8_t)c;
  }
}

typedef struct {
  TSLexer *lexer;
  uint32_t count;  // characters read since the scan began
  uint32_t marked; // characters read up to the token's end
  int32_t current; // the last character read
  int32_t last;    // the last character read up to the token's end
} Cursor;

static inline int32_t peek(const Cursor *c) { return c->lexer->lookahead; }
static inline bool at_eof(const Cursor *c) { return c->lexer->lookahead == 0 && c->lexer->eof(c->lexer); }
static inline bool at_line_end(const Cursor *c) { return peek(c) == '\n' || at_eof(c); }

static inline void take(Cursor *c) {
  c->current = peek(c);
  c->lexer->advance(c->lexer, false);
  c->count++;
}

static inline void skip(Cursor *c) {
  c->current = peek(c);
  c->lexer->advance(c->lexer, true);
  c->count++;
}

static inline void mark(Cursor *c) {
  c->lexer->mark_end(c->lexer);
  c->marked = c->count;
  c->last = c->current;
}

/// The rest of the line, without carriage returns before the line end.
static void take_line(Cursor *c) {
  while (!at_line_end(c)) {
    bool content = peek(c) != '\r';
    take(c);
    if (content) mark(c);
  }
}
