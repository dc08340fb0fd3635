// The tokens, and what is remembered from one token to the next.

#pragma once

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
  KEYWORD_FROM,
  KEYWORD_RUN,
  KEYWORD_CMD,
  KEYWORD_LABEL,
  KEYWORD_MAINTAINER,
  KEYWORD_EXPOSE,
  KEYWORD_ENV,
  KEYWORD_ADD,
  KEYWORD_COPY,
  KEYWORD_ENTRYPOINT,
  KEYWORD_VOLUME,
  KEYWORD_USER,
  KEYWORD_WORKDIR,
  KEYWORD_ARG,
  KEYWORD_ONBUILD,
  KEYWORD_STOPSIGNAL,
  KEYWORD_HEALTHCHECK,
  KEYWORD_SHELL,
  KEYWORD_UNKNOWN,
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
  NEVER,    // valid only where tree-sitter recovers from an error
  NO_TOKEN, // none of the above
};

enum {
  END_OF_LINE = -2,        // what a logical line ends with, where characters are read
  REPLACEMENT = 0xFFFD,    // stands for a byte that is not UTF-8
  BYTE_ORDER_MARK = 0xFEFF,
  MAX_NESTING = 8,         // expansions inside expansions that get nodes
  MAX_FAILURES = 8,        // unclosed `${` in a word, after which no further one is tried
  MAX_ONBUILDS = 8,        // ONBUILD inside ONBUILD that get nodes
  MAX_LEX_DEPTH = 100,     // expansions inside expansions when heredocs are looked for
  MAX_HEREDOCS = 100,      // of one line; heredoc_word() sees to it that they fit into the serialised state
  KEEP_CAPACITY = 1 << 14, // buffers above this size are given back after use
};

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
