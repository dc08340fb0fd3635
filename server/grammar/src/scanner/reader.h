// The characters of the rest of the logical line, for look-ahead.

#pragma once

#include "cursor.h"

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
