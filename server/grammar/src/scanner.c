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

#include "tree_sitter/alloc.h"
#include "tree_sitter/parser.h"

#include <string.h>

// The order is that of `externals` in grammar.js.
enum TokenType {
  START_FROM,
  START_RUN,
  START_CMD,
  START_LABEL,
  START_MAINTAINER,
  START_EXPOSE,
  START_ENV,
  START_ADD,
  START_COPY,
  START_ENTRYPOINT,
  START_VOLUME,
  START_USER,
  START_WORKDIR,
  START_ARG,
  START_ONBUILD,
  START_STOPSIGNAL,
  START_HEALTHCHECK,
  START_SHELL,
  START_UNKNOWN,
  START_EMPTY,
  BLANK,
  END,
  SEPARATOR,
  LINE_CONTINUATION,
  COMMENT,
  EMPTY_LINE,
  DIRECTIVE_HASH,
  DIRECTIVE_NAME,
  DIRECTIVE_VALUE,
  KEYWORD_FRAGMENT,
  DASHES,
  MOUNT_DASHES,
  FLAGS_END,
  EQUALS,
  COMMA,
  COLON,
  SLASH,
  AT,
  BRACKET_OPEN,
  BRACKET_CLOSE,
  DOLLAR,
  DOLLAR_BRACE,
  BRACE_CLOSE,
  VARIABLE,
  EXPANSION_OPERATOR,
  OPERAND,
  WORD,
  QUOTED,
  FLAG_TEXT,
  LINE,
  AS,
  IMAGE_WITHOUT_REGISTRY,
  IMAGE_WITH_REGISTRY,
  PAIRS,
  LEGACY_PAIR,
  SHELL_FRAGMENT,
  TEXT_FRAGMENT,
  JSON_WHOLE,
  JSON_BEGIN,
  JSON_MIDDLE,
  JSON_END,
  HEREDOC_OPERATOR_BEGIN,
  HEREDOC_OPERATOR_PART,
  HEREDOC_DELIMITER_PART,
  HEREDOC_START,
  HEREDOC_BODY,
  HEREDOC_END,
  NEVER,
  NO_TOKEN,
};

enum {
  END_OF_LINE = -2,        // what a logical line ends with, where characters are read
  REPLACEMENT = 0xFFFD,    // stands for a byte that is not UTF-8
  BYTE_ORDER_MARK = 0xFEFF,
  MAX_NESTING = 8,         // expansions inside expansions that get nodes
  MAX_FAILURES = 8,        // unclosed `${` in a word, after which no further one is tried
  MAX_ONBUILDS = 8,        // ONBUILD inside ONBUILD that get nodes
  MAX_LEX_DEPTH = 100,     // expansions inside expansions when heredocs are looked for
  MAX_HEREDOCS = 100,      // as many as surely fit into the serialised state, see heredocs_fit()
  KEEP_CAPACITY = 1 << 14, // buffers above this size are given back after use
};

// ---------------------------------------------------------------------------------------------------------
// State

/// Where in quotes a text is, read character by character.
typedef struct {
  uint8_t quote; // 0, '\'' or '"'
  bool escaped;  // the last character was the escape character
} Quoting;

typedef struct {
  uint32_t gap;    // raw characters between the end of the last redirect, or the line's start, and this
  uint32_t length; // raw characters of the redirect
  uint64_t hash;   // of the name that ends the body
  bool chomp;      // `<<-`
} Heredoc;

typedef struct {
  int32_t code;
  uint32_t raw;
} Char;

typedef struct {
  Char *chars;
  uint32_t length;
  uint32_t capacity;
} Text;

typedef struct {
  bool backtick;        // the escape character is ` rather than backslash
  bool past_head;       // no parser directive can follow
  bool after_directive; // the line of a parser directive has not ended yet
  bool escape_set;      // an escape directive has been read
  bool directive_next;  // the comment ahead is a parser directive

  bool continued;       // after a continuation, no character of the next line has been read
  bool before_line_end; // the same, but the line end before that line is still to be read
  bool separated;       // after a separator
  bool after_escape;    // the last character read is the escape character
  bool ended;           // the instruction is complete
  bool json;            // the arguments are a JSON array
  bool flag;            // inside a flag
  bool quotes_bind;     // in this word, quotes keep blanks from ending it
  uint8_t failures;     // unclosed `${` seen in this word
  uint8_t onbuilds;
  Quoting word;
  uint8_t depth;
  Quoting nested[MAX_NESTING];

  bool terminator_next;  // the next line ends the heredoc
  bool operator_ended;   // of the redirect being read
  uint8_t less_than;     // `<` characters read of that redirect
  uint32_t distance;     // raw characters up to the next redirect
  uint32_t remaining;    // raw characters left of the redirect being read
  uint32_t redirects;    // redirects of `heredocs` already read
  uint32_t heredoc_count;
  Heredoc heredocs[MAX_HEREDOCS];

  // Work space, empty between scans.
  Text line, queue, lexed[4];
} Scanner;

static inline int32_t escape_of(const Scanner *s) { return s->backtick ? '`' : '\\'; }

static void text_push(Text *text, int32_t code, uint32_t raw) {
  if (text->length == text->capacity) {
    uint32_t capacity = text->capacity ? text->capacity * 2 : 128;
    Char *chars = (Char *)ts_realloc(text->chars, (size_t)capacity * sizeof(Char));
    if (!chars) return;
    text->chars = chars;
    text->capacity = capacity;
  }
  text->chars[text->length].code = code;
  text->chars[text->length].raw = raw;
  text->length++;
}

static void text_release(Text *text, uint32_t keep) {
  text->length = 0;
  if (text->capacity > keep) {
    ts_free(text->chars);
    text->chars = NULL;
    text->capacity = 0;
  }
}

static void release_work_space(Scanner *s, uint32_t keep) {
  text_release(&s->line, keep);
  text_release(&s->queue, keep);
  for (int i = 0; i < 4; i++) text_release(&s->lexed[i], keep);
}

/// Forget everything that belongs to the instruction that ended.
static void reset_instruction(Scanner *s) {
  s->continued = s->before_line_end = s->separated = s->after_escape = false;
  s->ended = s->json = s->flag = s->quotes_bind = false;
  s->failures = s->onbuilds = s->depth = 0;
  memset(&s->word, 0, sizeof s->word);
  s->terminator_next = s->operator_ended = false;
  s->less_than = 0;
  s->distance = s->remaining = s->redirects = s->heredoc_count = 0;
}

static void start_word(Scanner *s) {
  s->failures = 0;
  s->flag = s->quotes_bind = false;
  memset(&s->word, 0, sizeof s->word);
}

// ---------------------------------------------------------------------------------------------------------
// Characters

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

// ---------------------------------------------------------------------------------------------------------
// The cursor: tree-sitter's lexer with a count of what it has read

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

// ---------------------------------------------------------------------------------------------------------
// The reader: the characters of the rest of the logical line, for look-ahead

typedef struct {
  Scanner *scanner;
  Cursor *cursor;
  int32_t previous; // the character before, 0 at the start of a physical line
  uint32_t raw;     // where the last character stands
  uint32_t at;      // read from the queue
  bool ended;
} Reader;

static Reader reader_at(Scanner *s, Cursor *c, int32_t previous) {
  s->queue.length = 0;
  Reader r = {s, c, previous, c->count, 0, false};
  return r;
}

static void queue_current(Reader *r) {
  text_push(&r->scanner->queue, valid_code(peek(r->cursor)), r->cursor->count);
  take(r->cursor);
}

/// At the end of a line that goes on: skip it, and comments and blank lines. The white space that the next
/// line begins with is queued.
static void skip_line_end(Reader *r) {
  Cursor *c = r->cursor;
  Text *queue = &r->scanner->queue;
  r->previous = 0;
  for (;;) {
    queue->length = 0;
    if (at_eof(c)) {
      r->ended = true;
      return;
    }
    take(c);
    while (peek(c) != '\n' && is_space(peek(c))) queue_current(r);
    if (peek(c) == '#') {
      while (!at_line_end(c)) take(c);
    } else if (!at_line_end(c)) {
      return;
    }
  }
}

static int32_t reader_next(Reader *r) {
  Cursor *c = r->cursor;
  Text *queue = &r->scanner->queue;
  int32_t escape = escape_of(r->scanner);
  for (;;) {
    if (r->at < queue->length) {
      Char next = queue->chars[r->at++];
      r->raw = next.raw;
      return r->previous = next.code;
    }
    queue->length = r->at = 0;
    if (r->ended || at_line_end(c)) {
      r->ended = true;
      return END_OF_LINE;
    }
    int32_t code = peek(c);
    r->raw = c->count;
    if (code == '\r') {
      while (peek(c) == '\r') queue_current(r);
      if (at_line_end(c)) queue->length = 0;
    } else if (code == escape && r->previous != escape) {
      take(c);
      while (peek(c) == ' ' || peek(c) == '\t') queue_current(r);
      while (peek(c) == '\r') queue_current(r);
      if (!at_line_end(c)) return r->previous = escape;
      skip_line_end(r);
    } else {
      take(c);
      return r->previous = valid_code(code);
    }
  }
}

// ---------------------------------------------------------------------------------------------------------
// Questions about a whole logical line

typedef struct {
  const Char *chars;
  uint32_t length;
} Slice;

static inline int32_t code_at(Slice t, uint32_t i) { return i < t.length ? t.chars[i].code : END_OF_LINE; }

static uint32_t skip_spaces(Slice t, uint32_t i) {
  while (i < t.length && is_space(t.chars[i].code)) i++;
  return i;
}

static uint32_t skip_word(Slice t, uint32_t i) {
  while (i < t.length && !is_blank(t.chars[i].code)) i++;
  return i;
}

static Slice trim_end(Slice t) {
  while (t.length > 0 && is_space(t.chars[t.length - 1].code)) t.length--;
  return t;
}

/// The end of the flags that begin at `i`, which is where the arguments begin.
static uint32_t skip_flags(Slice t, uint32_t i, int32_t escape) {
  for (;;) {
    i = skip_spaces(t, i);
    if (code_at(t, i) != '-' || code_at(t, i + 1) != '-') return i;
    Quoting q = {0, false};
    uint32_t content = 0; // characters of the flag, without quotes and escapes
    for (; i < t.length; i++) {
      int32_t c = t.chars[i].code;
      bool plain = q.escaped || (c != escape && c != q.quote && (q.quote || (c != '"' && c != '\'')));
      if (!q.quote && !q.escaped && (c < 0x80 && is_space(c))) break;
      content += plain;
      feed(&q, c, escape, true);
    }
    if (content == 2) return skip_spaces(t, i); // `--` ends the flags
  }
}

static bool is_json_space(int32_t c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

static uint32_t skip_json_spaces(Slice t, uint32_t i) {
  while (i < t.length && is_json_space(t.chars[i].code)) i++;
  return i;
}

static bool is_hex(int32_t c) { return is_digit(c) || (lower(c) >= 'a' && lower(c) <= 'f'); }

/// The position after the JSON string that begins at `i`, 0 if there is none.
static uint32_t skip_json_string(Slice t, uint32_t i) {
  if (code_at(t, i) != '"') return 0;
  for (i++; i < t.length; i++) {
    int32_t c = t.chars[i].code;
    if (c == '"') return i + 1;
    if (c < 0x20) return 0;
    if (c != '\\') continue;
    c = code_at(t, ++i);
    if (c == 'u') {
      for (int k = 0; k < 4; k++) {
        if (!is_hex(code_at(t, ++i))) return 0;
      }
    } else if (c < 0x20 || c > 0x7E || !strchr("\"\\/bfnrt", (char)c)) {
      return 0;
    }
  }
  return 0;
}

/// Whether the text from `i` on is nothing but a JSON array of strings.
static bool is_json_array(Slice t, uint32_t i) {
  i = skip_spaces(t, i);
  if (code_at(t, i) != '[') return false;
  t = trim_end(t);
  i = skip_json_spaces(t, i + 1);
  if (code_at(t, i) != ']') {
    for (;;) {
      i = skip_json_string(t, skip_json_spaces(t, i));
      if (!i) return false;
      i = skip_json_spaces(t, i);
      if (code_at(t, i) == ']') break;
      if (code_at(t, i) != ',') return false;
      i++;
    }
  }
  return i + 1 == t.length;
}

static const char *const KEYWORDS[] = {
  "from", "run", "cmd", "label", "maintainer", "expose", "env", "add", "copy", "entrypoint", "volume",
  "user", "workdir", "arg", "onbuild", "stopsignal", "healthcheck", "shell",
};

static enum TokenType keyword_kind(Slice t, uint32_t from, uint32_t to) {
  if (from == to) return START_EMPTY;
  for (int kind = START_FROM; kind <= START_SHELL; kind++) {
    const char *keyword = KEYWORDS[kind];
    if (strlen(keyword) != to - from) continue;
    uint32_t i = from;
    while (i < to && lower(t.chars[i].code) == keyword[i - from]) i++;
    if (i == to) return (enum TokenType)kind;
  }
  return START_UNKNOWN;
}

static bool takes_json(enum TokenType kind) {
  switch (kind) {
    case START_RUN: case START_CMD: case START_ADD: case START_COPY: case START_ENTRYPOINT:
    case START_VOLUME: case START_HEALTHCHECK: case START_SHELL:
      return true;
    default:
      return false;
  }
}

static bool takes_heredocs(enum TokenType kind) {
  return kind == START_RUN || kind == START_ADD || kind == START_COPY;
}

/// Whether the arguments that begin at `i` are in JSON form.
static bool in_json_form(Slice t, uint32_t i, enum TokenType kind, int32_t escape) {
  if (!takes_json(kind)) return false;
  i = skip_flags(t, i, escape);
  if (kind == START_HEALTHCHECK) i = skip_word(t, i);
  return is_json_array(t, i);
}

// ---------------------------------------------------------------------------------------------------------
// Heredocs: words as BuildKit's shell lexer makes them, with all variables unset

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

static void lex_name(Lex *l, Text *out) {
  int32_t c = lex_peek(l);
  if (is_digit(c)) {
    while (is_digit(lex_peek(l))) lex_keep(l, out);
  } else if (is_special_parameter(c)) {
    lex_keep(l, out);
  } else {
    // Letters beyond ASCII are taken for what they look like: anything that is no space.
    while (is_name(lex_peek(l)) || (lex_peek(l) >= 0x80 && !is_space(lex_peek(l)))) lex_keep(l, out);
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

// ---------------------------------------------------------------------------------------------------------
// The start of an instruction

/// Zero-width: which instruction it is. Looks ahead over the logical line as far as it must.
static enum TokenType scan_start(Scanner *s, Cursor *c, int32_t consumed, bool top) {
  if (top) mark(c);
  Reader r = reader_at(s, c, consumed);
  Text *text = &s->line;
  text->length = 0;
  if (consumed) text_push(text, consumed, 0);
  uint32_t from = 0;
  int32_t code;
  while ((code = reader_next(&r)) != END_OF_LINE) {
    if (is_blank(code) && text->length > from) break;
    text_push(text, code, r.raw);
    if (is_space(code) && text->length == from + 1) from++;
  }
  Slice line = {text->chars, text->length};
  if (code == END_OF_LINE) line = trim_end(line);
  uint32_t to = line.length;
  if (from > to) from = to;
  enum TokenType kind = keyword_kind(line, from, to);
  s->onbuilds = (uint8_t)(top ? 0 : s->onbuilds + 1);
  if (kind == START_ONBUILD && s->onbuilds >= MAX_ONBUILDS) kind = START_UNKNOWN;
  s->json = false;
  if (!takes_json(kind) && !(top && kind == START_ONBUILD)) return kind;

  if (code != END_OF_LINE) text_push(text, code, r.raw);
  while ((code = reader_next(&r)) != END_OF_LINE) text_push(text, code, r.raw);
  line.chars = text->chars;
  line.length = text->length;
  int32_t escape = escape_of(s);
  s->json = in_json_form(line, to, kind, escape);
  if (!top) return kind;

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
  return kind;
}

// ---------------------------------------------------------------------------------------------------------
// The top level: blank lines, comments, parser directives

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

/// The rest of the line, without carriage returns before the line end.
static void take_line(Cursor *c) {
  while (!at_line_end(c)) {
    bool content = peek(c) != '\r';
    take(c);
    if (content) mark(c);
  }
}

static enum TokenType scan_top(Scanner *s, Cursor *c) {
  reset_instruction(s);
  if (at_eof(c)) return NO_TOKEN;
  if (is_space(peek(c))) {
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

// ---------------------------------------------------------------------------------------------------------
// Heredoc bodies

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
  reset_instruction(s);
  s->ended = true;
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

/// After an escape character: whether it is a continuation. Reads the white space up to the line end.
static bool take_continuation(Cursor *c) {
  while (peek(c) == ' ' || peek(c) == '\t') take(c);
  while (peek(c) == '\r') take(c);
  return at_line_end(c);
}

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

// Fragments -----------------------------------------------------------------------------------------------

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

/// Text up to the next thing that is none: a separator, punctuation, an expansion, a continuation, a
/// redirect, the line end. The token ends after the last character that is not blank.
static enum TokenType scan_fragment(Scanner *s, Cursor *c, const Fragment *f, int32_t previous) {
  int32_t escape = escape_of(s);
  bool whole_line = f->splitting == WHOLE_LINE && f->kind != OPERAND;
  while (!at_line_end(c)) {
    int32_t code = peek(c);
    if (f->redirects && s->redirects < s->heredoc_count && c->count == s->distance && c->marked > 0) break;
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
    mark(c);
    previous = code;
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
  if (f->splitting != SPLIT_AT_BLANKS && !whole_line && (peek(c) == ' ' || peek(c) == '\t')) {
    feed_fragment(s, f, peek(c));
    take(c);
    mark(c);
  }
  if (take_continuation(c)) {
    *quoting(s, f) = inner;
    s->word = word;
    return finish_continuation(s, c);
  }
  if (!whole_line) return f->kind;
  feed_fragment(s, f, ' ');
  return scan_fragment(s, c, f, ' ');
}

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

/// The word after the image: `AS`, or any other word.
static enum TokenType scan_as(Scanner *s, Cursor *c, const Fragment *f) {
  if (!f->valid[WORD] || lower(peek(c)) != 'a') return scan_fragment(s, c, f, 0);
  int32_t escape = escape_of(s), last = 'a';
  take(c);
  mark(c);
  if (lower(peek(c)) == 's') {
    last = 's';
    take(c);
    mark(c);
  }
  // Only at the word's end, or where a continuation may hide it, is there a need to look further.
  if (peek(c) != escape && !is_blank(peek(c)) && !at_line_end(c)) return scan_fragment(s, c, f, last);
  Reader r = reader_at(s, c, last);
  int32_t code = reader_next(&r);
  if (last == 'a') {
    if (lower(code) != 's') return WORD;
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
  if (valid[START_EMPTY]) return START_UNKNOWN;
  if (valid[PAIRS]) return blanks == 1 ? look_for_pairs(s, c, escape_of(s), true) : LEGACY_PAIR;
  return IMAGE_WITHOUT_REGISTRY;
}

// All together --------------------------------------------------------------------------------------------

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
