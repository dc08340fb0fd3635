// Questions about a whole logical line: its keyword, its flags, JSON form.

#pragma once

#include "state.h"
#include "cursor.h"

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

/// Whether BuildKit, which looks for the end of a HEALTHCHECK's type byte by byte, finds white space (0x85 or
/// 0xA0) in the bytes of a character.
static bool has_space_byte(int32_t c) {
  int following = c < 0x80 ? 0 : c < 0x800 ? 1 : c < 0x10000 ? 2 : 3;
  for (; following > 0; following--, c >>= 6) {
    int32_t byte = 0x80 | (c & 0x3F);
    if (byte == 0x85 || byte == 0xA0) return true;
  }
  return false;
}

/// Whether the arguments that begin at `i` are in JSON form.
static bool in_json_form(Slice t, uint32_t i, enum TokenType kind, int32_t escape) {
  if (!takes_json(kind)) return false;
  i = skip_flags(t, i, escape);
  if (kind == START_HEALTHCHECK) {
    uint32_t type = i;
    i = skip_word(t, i);
    for (; type < i; type++) {
      if (has_space_byte(t.chars[type].code)) return false;
    }
  }
  return is_json_array(t, i);
}
