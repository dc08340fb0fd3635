// Heredocs: which ones a line begins, and their bodies.

#pragma once

#include "line.h"

// Words as BuildKit's shell lexer makes them, with all variables unset.

typedef struct {
  Scanner *scanner;
  Slice source;
  uint32_t at;
  bool raw_quotes; // quotes stay in the words
  Text *word;      // the word being read
  Text *part;      // what a quote or an expansion came to
  uint32_t words;
  bool (*finish)(void *context, Slice word);
  void *context;
} Lex;

static inline int32_t lex_peek(const Lex *l) { return code_at(l->source, l->at); }

static inline void lex_put(Lex *l, Text *out) {
  if (l->at < l->source.length) text_push(out, l->source.chars[l->at].code, l->source.chars[l->at].raw);
}

/// Append the current character and go on.
static inline void lex_keep(Lex *l, Text *out) {
  lex_put(l, out);
  l->at++;
}

static bool lex_until(Lex *l, int32_t stop, bool raw_escapes, Text *out, int depth);

/// Letters beyond ASCII, which may be in a variable's name: roughly, without the blocks of symbols.
static bool is_foreign_letter(int32_t c) {
  if (c < 0xC0) return c == 0xAA || c == 0xB5 || c == 0xBA;
  if (c == 0xD7 || c == 0xF7 || is_space(c)) return false;
  return !((c >= 0x2000 && c <= 0x206F) || (c >= 0x20A0 && c <= 0x20FF) || (c >= 0x2190 && c <= 0x2BFF) ||
           (c >= 0x3000 && c <= 0x3004) || (c >= 0x3008 && c <= 0x3020) || (c >= 0xFE00 && c <= 0xFE6F) ||
           (c >= 0xFEFF && c <= 0xFF0F) || (c >= 0xFFF0 && c <= 0xFFFF) || (c >= 0x1F000 && c <= 0x1FAFF));
}

static void lex_name(Lex *l, Text *out) {
  int32_t c = lex_peek(l);
  if (is_digit(c)) {
    while (is_digit(lex_peek(l))) lex_keep(l, out);
  } else if (is_special_parameter(c)) {
    lex_keep(l, out);
  } else {
    while (is_name(lex_peek(l)) || is_foreign_letter(lex_peek(l))) lex_keep(l, out);
  }
}

/// At `$`: an expansion, which stays as it is because its variable is not set.
static bool lex_dollar(Lex *l, Text *out, int depth) {
  lex_keep(l, out);
  if (lex_peek(l) != '{') {
    lex_name(l, out);
    return true;
  }
  lex_keep(l, out);
  int32_t c = lex_peek(l);
  if (c == END_OF_LINE || c == '{' || c == '}' || c == ':') return false;
  lex_name(l, out);
  c = lex_peek(l);
  switch (c) {
    case '}':
      lex_keep(l, out);
      return true;
    case ':':
      lex_keep(l, out);
      c = lex_peek(l);
      if (c == END_OF_LINE || c == '#' || c == '%') return false;
      lex_keep(l, out);
      return lex_until(l, '}', false, out, depth);
    case '+': case '-': case '?': case '#': case '%':
      lex_keep(l, out);
      return lex_until(l, '}', c == '#' || c == '%', out, depth);
    case '/':
      lex_keep(l, out);
      if (lex_peek(l) == '/') l->at++;
      return lex_until(l, '/', true, out, depth) && lex_until(l, '}', true, out, depth);
    default:
      return false;
  }
}

static bool lex_single_quotes(Lex *l, Text *out) {
  if (l->raw_quotes) lex_put(l, out);
  l->at++;
  for (;;) {
    int32_t c = lex_peek(l);
    if (c == END_OF_LINE) return false;
    if (c == '\'') {
      if (l->raw_quotes) lex_put(l, out);
      l->at++;
      return true;
    }
    lex_keep(l, out);
  }
}

static bool lex_double_quotes(Lex *l, bool raw_escapes, Text *out, int depth) {
  if (l->raw_quotes) lex_put(l, out);
  l->at++;
  for (;;) {
    int32_t c = lex_peek(l);
    if (c == END_OF_LINE) return false;
    if (c == '"') {
      if (l->raw_quotes) lex_put(l, out);
      l->at++;
      return true;
    }
    if (c == '$') {
      if (!lex_dollar(l, out, depth)) return false;
      continue;
    }
    if (c == '\\') {
      // Before any other character than these the escape character is doubled in raw mode; so it is in
      // BuildKit, and reading the word a second time takes it away again.
      if (raw_escapes) lex_put(l, out);
      int32_t next = code_at(l->source, l->at + 1);
      if (next == END_OF_LINE) return false;
      if (next == '"' || next == '$' || next == '\\') l->at++;
    }
    lex_keep(l, out);
  }
}

static void lex_less_than(Lex *l, Text *out) {
  lex_keep(l, out);
  if (lex_peek(l) != '<') return;
  lex_keep(l, out);
  while (lex_peek(l) == ' ' || lex_peek(l) == '\t' || lex_peek(l) == '\r') lex_keep(l, out);
}

/// Read up to `stop`, inside an expansion. BuildKit forgets the part of the word that stands before the
/// expansion; heredocs are what they are only if that is done here too.
static bool lex_until(Lex *l, int32_t stop, bool raw_escapes, Text *out, int depth) {
  if (depth >= MAX_LEX_DEPTH) return false;
  l->word->length = 0;
  for (;;) {
    int32_t c = lex_peek(l);
    if (c == END_OF_LINE) return false;
    if (c == stop) {
      lex_keep(l, out);
      l->word->length = 0;
      return true;
    }
    switch (c) {
      case '$':
        if (!lex_dollar(l, out, depth + 1)) return false;
        break;
      case '<':
        lex_less_than(l, out);
        break;
      case '\'':
        if (!lex_single_quotes(l, out)) return false;
        break;
      case '"':
        if (!lex_double_quotes(l, raw_escapes, out, depth + 1)) return false;
        break;
      case '\\':
        if (raw_escapes) lex_put(l, out);
        l->at++;
        if (lex_peek(l) == END_OF_LINE) return false;
        lex_keep(l, out);
        break;
      default:
        lex_keep(l, out);
    }
  }
}

static bool lex_finish_word(Lex *l) {
  if (l->word->length == 0) return true;
  Slice word = {l->word->chars, l->word->length};
  l->words++;
  bool good = l->finish(l->context, word);
  l->word->length = 0;
  return good;
}

static bool lex_add(Lex *l, Char c) {
  if (is_space(c.code)) return lex_finish_word(l);
  text_push(l->word, c.code, c.raw);
  return true;
}

/// Split the source into words and hand each to `finish`. False if BuildKit would find no words.
static bool lex_words(Lex *l, bool raw_escapes) {
  l->word->length = 0;
  if (lex_peek(l) == BYTE_ORDER_MARK) l->at++;
  while (l->at < l->source.length) {
    int32_t c = lex_peek(l);
    l->part->length = 0;
    if (c == '$') {
      if (!lex_dollar(l, l->part, 0)) return false;
      for (uint32_t i = 0; i < l->part->length; i++) {
        if (!lex_add(l, l->part->chars[i])) return false;
      }
    } else if (c == '\'' || c == '"' || c == '<') {
      if (c == '<') lex_less_than(l, l->part);
      else if (c == '\'' ? !lex_single_quotes(l, l->part) : !lex_double_quotes(l, raw_escapes, l->part, 0)) return false;
      for (uint32_t i = 0; i < l->part->length; i++) {
        text_push(l->word, l->part->chars[i].code, l->part->chars[i].raw);
      }
    } else if (c == '\\') {
      if (raw_escapes) lex_put(l, l->word);
      l->at++;
      if (l->at >= l->source.length) break;
      lex_keep(l, l->word);
    } else {
      if (!lex_add(l, l->source.chars[l->at])) return false;
      l->at++;
    }
  }
  return lex_finish_word(l);
}

static const uint64_t HASH_START = 0xCBF29CE484222325u;
static inline uint64_t hash_add(uint64_t hash, int32_t c) { return (hash ^ (uint32_t)c) * 0x100000001B3u; }

static bool hash_word(void *context, Slice word) {
  uint64_t hash = HASH_START;
  for (uint32_t i = 0; i < word.length; i++) hash = hash_add(hash, word.chars[i].code);
  *(uint64_t *)context = hash;
  return true;
}

static uint32_t varint_size(uint32_t n) {
  uint32_t size = 1;
  for (; n >= 0x80; n >>= 7) size++;
  return size;
}

typedef struct {
  Scanner *scanner;
  uint32_t end;  // raw position after the last redirect
  uint32_t size; // serialised
} HeredocSearch;

/// A word of the line: remember it if it is a heredoc. False if BuildKit fails on it.
static bool heredoc_word(void *context, Slice word) {
  HeredocSearch *search = (HeredocSearch *)context;
  Scanner *s = search->scanner;
  uint32_t i = 0;
  while (is_digit(code_at(word, i))) i++;
  if (code_at(word, i) != '<' || code_at(word, i + 1) != '<') return true;
  i += 2;
  bool chomp = code_at(word, i) == '-';
  i += chomp;
  while (code_at(word, i) == '\f' || code_at(word, i) == '\n' || is_json_space(code_at(word, i))) i++;
  if (i >= word.length) return true;
  for (uint32_t k = i; k < word.length; k++) {
    if (word.chars[k].code == '<') return true;
  }

  Slice rest = {word.chars + i, word.length - i};
  uint64_t hash = 0;
  Lex lex = {s, rest, 0, false, &s->lexed[2], &s->lexed[3], 0, hash_word, &hash};
  if (!lex_words(&lex, false)) return false;
  if (lex.words != 1) return true;
  uint64_t name = hash;
  Lex raw = {s, rest, 0, true, &s->lexed[2], &s->lexed[3], 0, hash_word, &hash};
  if (!lex_words(&raw, false) || raw.words != 1) return false;

  Heredoc heredoc = {0, 0, name, chomp};
  uint32_t first = word.chars[0].raw, last = word.chars[word.length - 1].raw + 1;
  if (first < search->end || last <= first) return true;
  heredoc.gap = first - search->end;
  heredoc.length = last - first;
  uint32_t size = 9 + varint_size(heredoc.gap) + varint_size(heredoc.length);
  if (s->heredoc_count == MAX_HEREDOCS || search->size + size > TREE_SITTER_SERIALIZATION_BUFFER_SIZE) {
    return true;
  }
  search->size += size;
  search->end = last;
  s->heredocs[s->heredoc_count++] = heredoc;
  return true;
}

static void find_heredocs(Scanner *s, Slice line) {
  bool possible = false;
  for (uint32_t i = 0; i + 1 < line.length && !possible; i++) {
    possible = line.chars[i].code == '<' && line.chars[i + 1].code == '<';
  }
  if (!possible) return;
  HeredocSearch search = {s, 0, 64};
  Lex lex = {s, line, 0, true, &s->lexed[0], &s->lexed[1], 0, heredoc_word, &search};
  if (!lex_words(&lex, true)) s->heredoc_count = 0;
  s->distance = s->heredoc_count ? s->heredocs[0].gap : 0;
}

/// Tell the heredocs that `n` raw characters have been read.
static void advance_redirects(Scanner *s, uint32_t n) {
  while (s->redirects < s->heredoc_count) {
    if (s->remaining > 0) {
      if (n < s->remaining) {
        s->remaining -= n;
        return;
      }
      n -= s->remaining;
      s->remaining = 0;
      s->redirects++;
      s->distance = s->redirects < s->heredoc_count ? s->heredocs[s->redirects].gap : 0;
      continue;
    }
    if (n <= s->distance) {
      s->distance -= n;
      return;
    }
    // The redirect stands inside of another token.
    n -= s->distance;
    uint32_t length = s->heredocs[s->redirects++].length;
    s->distance = s->redirects < s->heredoc_count ? length + s->heredocs[s->redirects].gap : 0;
  }
}

// Bodies --------------------------------------------------------------------------------------------------

/// Read a line without its line end: whether it is the one that ends the heredoc.
static bool take_terminator(Cursor *c, const Heredoc *heredoc) {
  uint64_t hash = HASH_START;
  uint32_t returns = 0;
  if (heredoc->chomp) {
    while (peek(c) == '\t') take(c);
  }
  while (!at_line_end(c)) {
    if (peek(c) == '\r') {
      returns++;
    } else {
      for (; returns > 0; returns--) hash = hash_add(hash, '\r');
      hash = hash_add(hash, peek(c));
    }
    take(c);
  }
  return hash == heredoc->hash;
}

static enum TokenType scan_heredoc_body(Scanner *s, Cursor *c) {
  for (;;) {
    mark(c);
    if (at_eof(c)) {
      s->heredoc_count = s->redirects = 0;
      return HEREDOC_BODY;
    }
    if (take_terminator(c, &s->heredocs[0])) {
      s->terminator_next = true;
      return HEREDOC_BODY;
    }
    if (!at_eof(c)) take(c);
  }
}

static enum TokenType scan_heredoc_end(Scanner *s, Cursor *c) {
  if (s->heredocs[0].chomp) {
    while (peek(c) == '\t') skip(c);
  }
  take_line(c);
  s->terminator_next = false;
  s->heredoc_count--;
  s->redirects = s->heredoc_count;
  memmove(s->heredocs, s->heredocs + 1, s->heredoc_count * sizeof(Heredoc));
  return HEREDOC_END;
}
