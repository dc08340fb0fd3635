// The top level: blank lines, comments, parser directives, and which instruction begins.

#pragma once

#include "heredoc.h"
#include "reader.h"

/// The keyword up to white space, if no continuation parts it: then it is the token.
static bool take_keyword(Scanner *s, Cursor *c, int32_t previous) {
  int32_t escape = escape_of(s);
  while (!at_line_end(c) && !is_blank(peek(c))) {
    if (peek(c) == escape && previous != escape) return false;
    previous = valid_code(peek(c));
    text_push(&s->line, previous, c->count);
    take(c);
  }
  mark(c);
  return true;
}

/// After a keyword that ends in white space of Unicode, and the blank `code`: whether the line ends there, and
/// the white space is none of the keyword's.
static bool rest_is_space(Scanner *s, Reader *r, int32_t code) {
  Text *text = &s->line;
  if (text->length == 0 || !is_space(text->chars[text->length - 1].code)) return false;
  while (is_space(code)) code = reader_next(r);
  return code == END_OF_LINE;
}

/// Which instruction it is: the keyword, or no more than a token without width before a keyword that a
/// continuation parts. Looks ahead over the logical line as far as it must.
static enum TokenType scan_start(Scanner *s, Cursor *c, int32_t consumed, bool top) {
  Text *text = &s->line;
  text->length = 0;
  if (consumed) text_push(text, consumed, 0);
  bool whole = take_keyword(s, c, consumed);
  Reader r = reader_at(s, c, text->length ? text->chars[text->length - 1].code : 0);
  uint32_t from = 0;
  int32_t code;
  while ((code = reader_next(&r)) != END_OF_LINE) {
    if (is_blank(code) && text->length > from) break;
    text_push(text, code, r.raw);
    if (is_space(code) && text->length == from + 1) from++;
  }
  Slice line = {text->chars, text->length};
  if (code == END_OF_LINE || rest_is_space(s, &r, code)) line = trim_end(line);
  uint32_t to = line.length;
  if (from > to) from = to;
  enum TokenType kind = keyword_kind(line, from, to);
  s->onbuilds = (uint8_t)(top ? 0 : s->onbuilds + 1);
  if (kind == START_ONBUILD && s->onbuilds >= MAX_ONBUILDS) kind = START_UNKNOWN;
  s->json = false;
  enum TokenType token = whole && kind != START_EMPTY ? (enum TokenType)(kind + KEYWORD_FROM - START_FROM) : kind;
  if (!takes_json(kind) && !(top && kind == START_ONBUILD)) return token;

  if (code != END_OF_LINE) text_push(text, code, r.raw);
  while ((code = reader_next(&r)) != END_OF_LINE) text_push(text, code, r.raw);
  line.chars = text->chars;
  line.length = text->length;
  int32_t escape = escape_of(s);
  s->json = in_json_form(line, to, kind, escape);
  if (!top) return token;

  enum TokenType owner = kind; // of the heredocs
  bool json = s->json;
  if (kind == START_ONBUILD) {
    Slice trimmed = trim_end(line);
    uint32_t begin = skip_flags(trimmed, to, escape);
    uint32_t end = skip_word(trimmed, begin);
    owner = keyword_kind(trimmed, begin, end);
    json = in_json_form(line, end, owner, escape);
  }
  if (takes_heredocs(owner) && !json) find_heredocs(s, line);
  return token;
}

/// At `#` in the head: whether the line is a parser directive, and what it sets. The line is read up to its
/// end at most.
static bool read_directive(Scanner *s, Cursor *c) {
  while (peek(c) != '\n' && is_space(peek(c))) take(c);
  char name[8] = {0};
  uint32_t length = 0;
  while (is_name(peek(c)) && peek(c) != '_') {
    if (length == 0 && is_digit(peek(c))) return false;
    if (length < 7) name[length] = (char)lower(peek(c));
    length++;
    take(c);
  }
  bool escape = length == 6 && strncmp(name, "escape", 6) == 0;
  if (!escape && !(length == 6 && strncmp(name, "syntax", 6) == 0) &&
      !(length == 5 && strncmp(name, "check", 5) == 0)) {
    return false;
  }
  while (peek(c) == ' ' || peek(c) == '\t' || peek(c) == '\f' || peek(c) == '\r') take(c);
  if (peek(c) != '=') return false;
  take(c);
  // At least one character must follow; carriage returns before the line end are none.
  bool blank = false;
  for (;;) {
    if (at_line_end(c)) return blank;
    int32_t code = peek(c);
    if (code == '\r') {
      bool more = false;
      while (peek(c) == '\r') take(c);
      more = !at_line_end(c);
      blank = blank || more;
      continue;
    }
    if (code != ' ' && code != '\t' && code != '\f') break;
    blank = true;
    take(c);
  }
  if (!escape || s->escape_set) return true;
  s->escape_set = true;
  int32_t value = peek(c);
  if (value != '`' && value != '\\') return true;
  take(c);
  while (peek(c) == ' ' || peek(c) == '\t' || peek(c) == '\f' || peek(c) == '\r') take(c);
  if (at_line_end(c)) s->backtick = value == '`';
  return true;
}

static void leave_head(Scanner *s) {
  s->past_head = true;
  s->after_directive = s->escape_set = false;
}

static enum TokenType scan_top(Scanner *s, Cursor *c) {
  bool ended = s->ended;
  if (ended && s->onbuilds > 0) {
    // The blank between the end of a trigger and the end of its ONBUILD is empty.
    s->onbuilds--;
    mark(c);
    return BLANK;
  }
  reset_instruction(s);
  if (at_eof(c) && !ended) return NO_TOKEN;
  if (is_space(peek(c)) || ended) {
    uint32_t lines = 0;
    while (is_space(peek(c))) {
      lines += peek(c) == '\n';
      take(c);
    }
    mark(c);
    if (!s->past_head && lines > (s->after_directive ? 1 : 0)) leave_head(s);
    s->after_directive = false;
    return BLANK;
  }
  if (peek(c) == '#') {
    if (!s->past_head && !s->directive_next) {
      // Decide first, with a token that reads nothing: the look-ahead leaves no way back.
      mark(c);
      take(c);
      s->directive_next = read_directive(s, c);
      if (!s->directive_next) leave_head(s);
      return BLANK;
    }
    if (!s->directive_next) {
      take_line(c);
      return COMMENT;
    }
    take(c);
    mark(c);
    s->directive_next = false;
    s->after_directive = true;
    return DIRECTIVE_HASH;
  }
  leave_head(s);
  mark(c);
  return scan_start(s, c, 0, true);
}

static enum TokenType scan_directive(Cursor *c, const bool *valid) {
  while (peek(c) != '\n' && is_space(peek(c))) skip(c);
  mark(c);
  if (valid[DIRECTIVE_NAME]) {
    while (is_name(peek(c)) && peek(c) != '_') take(c);
    mark(c);
    return DIRECTIVE_NAME;
  }
  if (valid[DIRECTIVE_VALUE]) {
    while (!at_line_end(c)) {
      bool content = !(peek(c) == ' ' || peek(c) == '\t' || peek(c) == '\f' || peek(c) == '\r');
      take(c);
      if (content) mark(c);
    }
    return DIRECTIVE_VALUE;
  }
  take(c);
  mark(c);
  return EQUALS;
}
