// Fragments: text up to whatever is none, and the continuations between them.

#pragma once

#include "expansion.h"

/// Read carriage returns, and say whether the line ends behind them.
static bool take_line_end(Cursor *c) {
  while (peek(c) == '\r') take(c);
  return at_line_end(c);
}

/// After an escape character: whether it is a continuation. Reads the white space up to the line end.
static bool take_continuation(Cursor *c) {
  while (peek(c) == ' ' || peek(c) == '\t') take(c);
  return take_line_end(c);
}

typedef struct {
  enum TokenType kind;
  Splitting splitting;
  bool expands;   // `$` may begin an expansion
  bool redirects; // a heredoc redirect may follow
  bool begins_redirect;
  const bool *valid;
} Fragment;

/// The fragment that this place takes; its kind is NO_TOKEN if it takes none.
static Fragment fragment_at(const bool *valid) {
  static const struct {
    enum TokenType kind;
    Splitting splitting;
  } KINDS[] = {
    {OPERAND, WHOLE_LINE},      {KEYWORD_FRAGMENT, SPLIT_AT_BLANKS}, {FLAG_TEXT, SPLIT_UNQUOTED},
    {QUOTED, SPLIT_UNQUOTED},   {WORD, SPLIT_AT_BLANKS},             {AS, SPLIT_AT_BLANKS},
    {LINE, WHOLE_LINE},         {SHELL_FRAGMENT, WHOLE_LINE},        {TEXT_FRAGMENT, WHOLE_LINE},
  };
  Fragment f = {NO_TOKEN, WHOLE_LINE, valid[DOLLAR], valid[HEREDOC_OPERATOR_BEGIN], false, valid};
  for (unsigned i = 0; i < sizeof KINDS / sizeof KINDS[0]; i++) {
    if (!valid[KINDS[i].kind]) continue;
    f.kind = KINDS[i].kind;
    f.splitting = KINDS[i].splitting;
    break;
  }
  return f;
}

/// The punctuation that `code` is here, NO_TOKEN if it is text.
static enum TokenType punctuation(int32_t code, const bool *valid) {
  enum TokenType token;
  switch (code) {
    case '=': token = EQUALS; break;
    case ',': token = COMMA; break;
    case ':': token = COLON; break;
    case '/': token = SLASH; break;
    case '@': token = AT; break;
    default: return NO_TOKEN;
  }
  return valid[token] ? token : NO_TOKEN;
}

/// The quoting that decides what an expansion is here.
static Quoting *quoting(Scanner *s, const Fragment *f) {
  return f->kind == OPERAND && s->depth > 0 ? &s->nested[s->depth - 1] : &s->word;
}

static void feed_fragment(Scanner *s, const Fragment *f, int32_t code) {
  int32_t escape = escape_of(s);
  if (f->splitting == SPLIT_UNQUOTED) s->quotes_bind = true;
  feed(&s->word, code, escape, s->flag);
  Quoting *q = quoting(s, f);
  if (q != &s->word) feed(q, code, escape, false);
}

/// After an escape character: whether it can be a continuation, as far as the next character tells.
static bool before_white_space(Cursor *c) {
  int32_t next = peek(c);
  return next == ' ' || next == '\t' || next == '\r' || at_line_end(c);
}

static inline bool at_redirect(const Scanner *s, const Cursor *c, const Fragment *f) {
  return f->redirects && s->redirects < s->heredoc_count && c->count == s->distance;
}

/// Text up to the next thing that is none: a separator, punctuation, an expansion, a continuation, a
/// redirect, the line end. The token ends after the last character that is not blank.
static enum TokenType scan_fragment(Scanner *s, Cursor *c, const Fragment *f, int32_t previous) {
  int32_t escape = escape_of(s);
  bool whole_line = f->splitting == WHOLE_LINE && f->kind != OPERAND;
  while (!at_line_end(c)) {
    int32_t code = peek(c);
    if (c->marked > 0 && at_redirect(s, c, f)) break;
    if (f->kind == QUOTED ? is_space(code) : is_blank(code)) {
      if (f->splitting == SPLIT_AT_BLANKS) break;
      if (f->splitting == SPLIT_UNQUOTED && !s->word.quote && !s->word.escaped) break;
      feed_fragment(s, f, code);
      take(c);
      previous = code;
      continue;
    }
    if (code == escape && previous != escape) {
      take(c);
      if (before_white_space(c)) {
        // If it is text after all and blanks matter, it is read again as the start of a token.
        if (take_continuation(c) || !whole_line) break;
        feed_fragment(s, f, code);
        feed_fragment(s, f, ' ');
        previous = ' ';
        continue;
      }
      mark(c);
      feed_fragment(s, f, code);
      previous = code;
      continue;
    }
    const Quoting *q = quoting(s, f);
    if (q->escaped) {
      if (code == '=' && f->valid[EQUALS]) break;
    } else {
      if (punctuation(code, f->valid) != NO_TOKEN) break;
      if (f->kind == OPERAND && code == '}' && !q->quote) break;
      if (f->expands && code == '$' && q->quote != '\'') {
        take(c);
        int32_t next = peek(c);
        if (next == '{' || is_name(next) || is_special_parameter(next)) break;
        mark(c);
        previous = code;
        continue;
      }
    }
    feed_fragment(s, f, code);
    take(c);
    // Names need none of the questions above.
    while (is_name(peek(c)) && !at_redirect(s, c, f)) take(c);
    mark(c);
    previous = c->current;
  }
  return f->kind;
}

static enum TokenType finish_continuation(Scanner *s, Cursor *c) {
  s->continued = s->before_line_end = true;
  mark(c);
  if (!at_eof(c)) {
    // The last line end of the file stays outside, so that the instruction ends on its last line.
    take(c);
    if (!at_eof(c)) {
      mark(c);
      s->before_line_end = false;
    }
  }
  return LINE_CONTINUATION;
}

/// At the escape character that a token begins with, where text may stand.
static enum TokenType scan_escape(Scanner *s, Cursor *c, const Fragment *f) {
  int32_t escape = escape_of(s);
  Quoting word = s->word, inner = *quoting(s, f);
  take(c);
  mark(c);
  feed_fragment(s, f, escape);
  if (!before_white_space(c)) return scan_fragment(s, c, f, escape);
  // An escaped blank belongs to the word, if this is no continuation.
  bool whole_line = f->splitting == WHOLE_LINE && f->kind != OPERAND;
  bool returned = peek(c) == '\r';
  if (f->splitting != SPLIT_AT_BLANKS && !whole_line) {
    feed_fragment(s, f, peek(c));
    if (!at_line_end(c)) take(c);
    mark(c);
  }
  if (returned ? take_line_end(c) : take_continuation(c)) {
    *quoting(s, f) = inner;
    s->word = word;
    return finish_continuation(s, c);
  }
  if (!whole_line) return f->kind;
  feed_fragment(s, f, ' ');
  return scan_fragment(s, c, f, ' ');
}
