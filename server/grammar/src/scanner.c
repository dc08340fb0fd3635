// The scanner of the Dockerfile grammar: every token of a Dockerfile comes from here.
//
// It decides, as BuildKit's parser does, where logical lines begin and end: parser directives, the escape
// character, continuations, comments and blank lines inside of them, JSON form, and heredocs. A decision
// depends on nothing but the serialised state and the bytes that the lexer has looked at, because that is
// what tree-sitter knows when it re-parses after an edit.
//
// Words used below: a *physical line* ends at a line feed; a *logical line* is what is left of an
// instruction's physical lines when continuations, comments and blank lines are taken out; *raw* positions
// count the characters of the file from where the current token's scan began.
//
// This file puts together what the headers in scanner/ decide: state, cursor and reader, line, heredoc, top,
// expansion, fragment, words.

#include "scanner/top.h"
#include "scanner/words.h"

// ---------------------------------------------------------------------------------------------------------
// Inside an instruction

/// At the line end that ends the logical line.
static enum TokenType scan_line_end(Scanner *s, Cursor *c, const bool *valid) {
  if (valid[HEREDOC_START] && s->heredoc_count > 0 && !at_eof(c)) {
    skip(c);
    if (!at_eof(c)) {
      mark(c);
      s->redirects = s->heredoc_count;
      s->distance = s->remaining = 0;
      s->separated = s->after_escape = false;
      start_word(s);
      s->terminator_next = take_terminator(c, &s->heredocs[0]);
      return HEREDOC_START;
    }
  }
  uint8_t onbuilds = s->onbuilds;
  reset_instruction(s);
  s->ended = true;
  s->onbuilds = onbuilds;
  return END;
}

/// At the start of a physical line that continues the logical one: what it is. NO_TOKEN if it has content.
static enum TokenType scan_continued_line(Scanner *s, Cursor *c, const bool *valid, bool *blank, int32_t *previous) {
  if (s->before_line_end) {
    while (is_blank(peek(c))) skip(c);
    if (at_eof(c)) return scan_line_end(s, c, valid);
    skip(c);
    if (at_eof(c)) return scan_line_end(s, c, valid);
    mark(c);
    s->before_line_end = false;
  }
  while (peek(c) != '\n' && is_space(peek(c))) {
    *blank = *blank || is_blank(peek(c));
    *previous = ' ';
    skip(c);
  }
  if (at_eof(c)) return scan_line_end(s, c, valid);
  if (peek(c) == '\n') {
    take(c);
    if (at_eof(c)) return scan_line_end(s, c, valid);
    mark(c);
    return EMPTY_LINE;
  }
  if (peek(c) == '#') {
    take_line(c);
    s->before_line_end = true;
    return COMMENT;
  }
  s->continued = false;
  return NO_TOKEN;
}

/// Content, at its first character.
static enum TokenType scan_content(Scanner *s, Cursor *c, const Fragment *f, int32_t previous) {
  const bool *valid = f->valid;
  int32_t code = peek(c), consumed = 0;
  bool ahead = valid[START_EMPTY] || valid[PAIRS] || valid[IMAGE_WITH_REGISTRY];
  mark(c);
  if (code == escape_of(s) && previous != code) {
    if (!ahead && !valid[JSON_END] && s->remaining == 0 && f->kind != NO_TOKEN) return scan_escape(s, c, f);
    enum TokenType token = scan_escape_ahead(s, c, valid);
    if (token != NO_TOKEN) return token;
    consumed = previous = code;
  }
  if (s->remaining > 0) return scan_redirect(s, c, f->begins_redirect, previous);
  if (valid[JSON_END]) return scan_json_string(s, c, valid, previous);
  if (valid[DASHES] && !consumed && code == '-') {
    enum TokenType token = scan_dashes(s, c);
    if (token != NO_TOKEN) return token;
    consumed = code;
    if (!ahead) {
      mark(c);
      return scan_fragment(s, c, f, code);
    }
  }
  if (valid[START_EMPTY]) return scan_start(s, c, consumed, false);
  if (valid[PAIRS]) return look_for_pairs(s, c, consumed, false);
  if (valid[IMAGE_WITH_REGISTRY]) return look_for_registry(s, c, consumed);
  if (consumed) return NO_TOKEN;

  if (s->json) {
    enum TokenType token = code == '[' ? BRACKET_OPEN : code == ']' ? BRACKET_CLOSE : COMMA;
    if (code == '"' && valid[JSON_WHOLE]) return scan_json_string(s, c, valid, 0);
    if ((code == '[' || code == ']' || code == ',') && valid[token]) {
      take(c);
      mark(c);
      return token;
    }
  }
  if (valid[VARIABLE]) return scan_variable(c);
  if (valid[EXPANSION_OPERATOR]) return scan_after_variable(s, c);
  const Quoting *q = quoting(s, f);
  if (valid[BRACE_CLOSE] && code == '}' && !q->quote && !q->escaped) return scan_after_variable(s, c);
  enum TokenType token = punctuation(code, valid);
  if (token != NO_TOKEN) {
    feed_fragment(s, f, code);
    take(c);
    mark(c);
    return token;
  }
  if (code == '$' && f->expands && q->quote != '\'' && !q->escaped) {
    token = scan_dollar(s, c, f->splitting, f->kind);
    if (token != NO_TOKEN) return token;
    previous = '$';
  }
  if (valid[AS]) return scan_as(s, c, f);
  return f->kind == NO_TOKEN ? NO_TOKEN : scan_fragment(s, c, f, previous);
}

static enum TokenType scan_instruction(Scanner *s, Cursor *c, const bool *valid) {
  if (valid[HEREDOC_BODY] && !s->terminator_next) return scan_heredoc_body(s, c);
  if (valid[HEREDOC_END] && s->terminator_next) return scan_heredoc_end(s, c);
  mark(c);
  if (s->ended) return END;

  Fragment f = fragment_at(valid);
  int32_t previous = s->after_escape ? escape_of(s) : 0;
  bool blank = false;
  if (s->continued) {
    enum TokenType token = scan_continued_line(s, c, valid, &blank, &previous);
    if (token != NO_TOKEN) return token;
  } else if (!valid[JSON_END]) {
    bool wide = s->json || valid[START_EMPTY] || valid[QUOTED];
    while (peek(c) != '\n' && (wide ? is_space(peek(c)) : is_blank(peek(c)))) {
      blank = true;
      previous = ' ';
      skip(c);
    }
    if (at_line_end(c)) return scan_line_end(s, c, valid);
  }
  bool quoted = s->quotes_bind && s->word.quote;
  if (blank && valid[SEPARATOR] && !s->separated && s->remaining == 0 && !quoted) {
    mark(c);
    s->separated = true;
    start_word(s);
    return SEPARATOR;
  }

  bool redirect = valid[HEREDOC_OPERATOR_BEGIN] && s->remaining == 0 && s->redirects < s->heredoc_count;
  if (redirect && c->count == s->distance) {
    s->remaining = s->heredocs[s->redirects].length + s->distance;
    s->distance = 0;
    s->less_than = 0;
    s->operator_ended = false;
    f.begins_redirect = true;
  }
  enum TokenType token = scan_content(s, c, &f, previous);
  bool content = c->marked > 0 && token != LINE_CONTINUATION;
  if (content) s->separated = false;
  return token;
}

static enum TokenType scan(Scanner *s, Cursor *c, const bool *valid) {
  if (valid[NEVER]) return NO_TOKEN; // error recovery, which no input leads to
  if (valid[BLANK]) return scan_top(s, c);
  if (valid[DIRECTIVE_NAME] || valid[DIRECTIVE_VALUE] || (valid[EQUALS] && !valid[END] && !valid[QUOTED])) {
    return scan_directive(c, valid);
  }
  return scan_instruction(s, c, valid);
}

// ---------------------------------------------------------------------------------------------------------
// What tree-sitter calls

void *tree_sitter_dockerfile_external_scanner_create(void) { return ts_calloc(1, sizeof(Scanner)); }

void tree_sitter_dockerfile_external_scanner_destroy(void *payload) {
  Scanner *s = (Scanner *)payload;
  release_work_space(s, 0);
  ts_free(s);
}

static char *put_varint(char *out, uint32_t n) {
  for (; n >= 0x80; n >>= 7) *out++ = (char)(n | 0x80);
  *out++ = (char)n;
  return out;
}

static const char *get_varint(const char *in, uint32_t *n) {
  *n = 0;
  for (int shift = 0;; shift += 7) {
    uint8_t byte = (uint8_t)*in++;
    *n |= (uint32_t)(byte & 0x7F) << shift;
    if (byte < 0x80 || shift >= 28) return in;
  }
}

static char *put_quoting(char *out, Quoting q) {
  *out++ = (char)((q.quote == '"' ? 1 : q.quote == '\'' ? 2 : 0) | (q.escaped ? 4 : 0));
  return out;
}

static const char *get_quoting(const char *in, Quoting *q) {
  uint8_t byte = (uint8_t)*in++;
  q->quote = (byte & 3) == 1 ? '"' : (byte & 3) == 2 ? '\'' : 0;
  q->escaped = byte & 4;
  return in;
}

unsigned tree_sitter_dockerfile_external_scanner_serialize(void *payload, char *buffer) {
  Scanner *s = (Scanner *)payload;
  char *out = buffer;
  *out++ = (char)(s->backtick | s->past_head << 1 | s->after_directive << 2 | s->escape_set << 3 | s->ended << 4 |
                  s->directive_next << 5 | s->quotes_bind << 6);
  *out++ = (char)(s->continued | s->before_line_end << 1 | s->separated << 2 | s->after_escape << 3 |
                  s->json << 4 | s->flag << 5 | s->terminator_next << 6 | s->operator_ended << 7);
  *out++ = (char)(s->failures << 4 | s->onbuilds);
  *out++ = (char)(s->less_than << 4 | s->depth);
  out = put_quoting(out, s->word);
  for (uint8_t i = 0; i < s->depth; i++) out = put_quoting(out, s->nested[i]);
  out = put_varint(out, s->distance);
  out = put_varint(out, s->remaining);
  *out++ = (char)s->redirects;
  *out++ = (char)s->heredoc_count;
  for (uint32_t i = 0; i < s->heredoc_count; i++) {
    const Heredoc *h = &s->heredocs[i];
    memcpy(out, &h->hash, sizeof h->hash);
    out += sizeof h->hash;
    *out++ = (char)h->chomp;
    // What a redirect has been read is not asked for again.
    bool ahead = i >= s->redirects;
    out = put_varint(out, ahead ? h->gap : 0);
    out = put_varint(out, ahead ? h->length : 0);
  }
  return (unsigned)(out - buffer);
}

void tree_sitter_dockerfile_external_scanner_deserialize(void *payload, const char *buffer, unsigned length) {
  Scanner *s = (Scanner *)payload;
  s->backtick = s->past_head = s->after_directive = s->escape_set = s->directive_next = false;
  reset_instruction(s);
  if (length == 0) return;
  const char *in = buffer;
  uint8_t bits = (uint8_t)*in++;
  s->backtick = bits & 1;
  s->past_head = bits & 2;
  s->after_directive = bits & 4;
  s->escape_set = bits & 8;
  s->ended = bits & 16;
  s->directive_next = bits & 32;
  s->quotes_bind = bits & 64;
  bits = (uint8_t)*in++;
  s->continued = bits & 1;
  s->before_line_end = bits & 2;
  s->separated = bits & 4;
  s->after_escape = bits & 8;
  s->json = bits & 16;
  s->flag = bits & 32;
  s->terminator_next = bits & 64;
  s->operator_ended = bits & 128;
  bits = (uint8_t)*in++;
  s->failures = bits >> 4;
  s->onbuilds = bits & 15;
  bits = (uint8_t)*in++;
  s->less_than = bits >> 4;
  s->depth = bits & 15;
  in = get_quoting(in, &s->word);
  for (uint8_t i = 0; i < s->depth && i < MAX_NESTING; i++) in = get_quoting(in, &s->nested[i]);
  in = get_varint(in, &s->distance);
  in = get_varint(in, &s->remaining);
  s->redirects = (uint8_t)*in++;
  s->heredoc_count = (uint8_t)*in++;
  for (uint32_t i = 0; i < s->heredoc_count && i < MAX_HEREDOCS; i++) {
    Heredoc *h = &s->heredocs[i];
    memcpy(&h->hash, in, sizeof h->hash);
    in += sizeof h->hash;
    h->chomp = *in++;
    in = get_varint(in, &h->gap);
    in = get_varint(in, &h->length);
  }
}

bool tree_sitter_dockerfile_external_scanner_scan(void *payload, TSLexer *lexer, const bool *valid_symbols) {
  Scanner *s = (Scanner *)payload;
  Cursor c = {lexer, 0, 0, 0, 0};
  enum TokenType token = scan(s, &c, valid_symbols);
  release_work_space(s, KEEP_CAPACITY);
  if (token == NO_TOKEN) return false;
  advance_redirects(s, c.marked);
  if (s->continued || s->ended || valid_symbols[BLANK]) {
    s->after_escape = false;
  } else if (c.marked > 0) {
    s->after_escape = c.last == escape_of(s);
  }
  lexer->result_symbol = (TSSymbol)token;
  return true;
}
