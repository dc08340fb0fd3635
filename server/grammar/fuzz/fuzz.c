// Fuzz target for the scanner and the parser, for clang's libFuzzer, or with a main() of its own for any other
// compiler (-DSTANDALONE). Build and run it with `fuzz/run`.
//
// The input is a program: its first byte says how much of the rest is the text (the rest of that are edits). The
// text is parsed, edited and parsed again. It is an error if a tree has an ERROR or MISSING node, or if the
// incremental tree is not the fresh one.

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tree_sitter/api.h>

const TSLanguage *tree_sitter_dockerfile(void);

static TSPoint point_at(const char *text, uint32_t byte) {
  TSPoint point = {0, 0};
  for (uint32_t i = 0; i < byte; i++) {
    if (text[i] == '\n') {
      point.row++;
      point.column = 0;
    } else {
      point.column++;
    }
  }
  return point;
}

static void fail(const char *what, const char *text, uint32_t length) {
  fprintf(stderr, "%s\n--- text of %u bytes\n", what, length);
  fwrite(text, 1, length, stderr);
  fprintf(stderr, "\n---\n");
  abort();
}

static int same_point(TSPoint a, TSPoint b) { return a.row == b.row && a.column == b.column; }

static int same_trees(const TSTree *left, const TSTree *right) {
  TSTreeCursor a = ts_tree_cursor_new(ts_tree_root_node(left)), b = ts_tree_cursor_new(ts_tree_root_node(right));
  int same = 1, done = 0;
  while (same && !done) {
    TSNode m = ts_tree_cursor_current_node(&a), n = ts_tree_cursor_current_node(&b);
    same = ts_node_symbol(m) == ts_node_symbol(n) && ts_node_start_byte(m) == ts_node_start_byte(n) &&
           ts_node_end_byte(m) == ts_node_end_byte(n) && same_point(ts_node_start_point(m), ts_node_start_point(n)) &&
           same_point(ts_node_end_point(m), ts_node_end_point(n)) && ts_node_is_extra(m) == ts_node_is_extra(n) &&
           ts_tree_cursor_current_field_id(&a) == ts_tree_cursor_current_field_id(&b);
    if (!same) break;
    int down = ts_tree_cursor_goto_first_child(&a);
    same = down == ts_tree_cursor_goto_first_child(&b);
    if (!same || down) continue;
    for (;;) {
      int next = ts_tree_cursor_goto_next_sibling(&a);
      same = next == ts_tree_cursor_goto_next_sibling(&b);
      if (!same || next) break;
      int up = ts_tree_cursor_goto_parent(&a);
      same = up == ts_tree_cursor_goto_parent(&b);
      done = !up;
      if (!same || done) break;
    }
  }
  ts_tree_cursor_delete(&a);
  ts_tree_cursor_delete(&b);
  return same;
}

static void check(const TSTree *tree, const char *text, uint32_t length) {
  if (ts_node_has_error(ts_tree_root_node(tree))) fail("the tree has an error", text, length);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static TSParser *parser;
  if (!parser) {
    parser = ts_parser_new();
    if (!ts_parser_set_language(parser, tree_sitter_dockerfile())) abort();
  }
  if (size < 1 || size > 1 << 16) return 0;
  uint32_t edits_size = data[0] < 128 ? 0 : (uint32_t)((size - 1) * (data[0] - 127) / 256);
  uint32_t length = (uint32_t)(size - 1) - edits_size;
  const uint8_t *edits = data + 1 + length, *end = data + size;

  char *text = malloc(length + edits_size + 1);
  memcpy(text, data + 1, length);
  TSTree *tree = ts_parser_parse_string(parser, NULL, text, length);
  check(tree, text, length);

  // An edit: two bytes where, one how much goes, one how much comes, and what comes.
  for (int count = 0; count < 8 && end - edits >= 4; count++) {
    uint32_t start = length ? (uint32_t)(edits[0] << 8 | edits[1]) % (length + 1) : 0;
    // Not inside of a character: for tree-sitter a token has looked at the first byte of the next one only.
    while (start > 0 && start < length && ((uint8_t)text[start] & 0xC0) == 0x80) start--;
    uint32_t removed = edits[2] % 16 <= length - start ? edits[2] % 16 : length - start;
    uint32_t added = edits[3] % 16;
    edits += 4;
    if (added > end - edits) added = (uint32_t)(end - edits);
    TSInputEdit edit = {
      .start_byte = start,
      .old_end_byte = start + removed,
      .new_end_byte = start + added,
      .start_point = point_at(text, start),
      .old_end_point = point_at(text, start + removed),
    };
    memmove(text + start + added, text + start + removed, length - start - removed);
    memcpy(text + start, edits, added);
    length = length - removed + added;
    edits += added;
    edit.new_end_point = point_at(text, edit.new_end_byte);

    ts_tree_edit(tree, &edit);
    TSTree *next = ts_parser_parse_string(parser, tree, text, length);
    ts_tree_delete(tree);
    tree = next;
    check(tree, text, length);
    TSTree *fresh = ts_parser_parse_string(parser, NULL, text, length);
    if (!same_trees(tree, fresh)) fail("the incremental tree is not the fresh one", text, length);
    ts_tree_delete(fresh);
  }
  ts_tree_delete(tree);
  free(text);
  return 0;
}

#ifdef STANDALONE
// Without libFuzzer: run the files named; or, with --seconds N, mutations of them for that long.

#include <time.h>

static uint64_t state = 0x9E3779B97F4A7C15u;

static uint32_t below(uint32_t end) {
  state ^= state >> 12;
  state ^= state << 25;
  state ^= state >> 27;
  return (uint32_t)((state * 0x2545F4914F6CDD1Du) >> 33) % end;
}

typedef struct {
  uint8_t *bytes;
  size_t size;
} File;

static File read_file(const char *path) {
  FILE *in = fopen(path, "rb");
  if (!in) {
    perror(path);
    exit(2);
  }
  File file = {malloc(1 << 16), 0};
  file.size = fread(file.bytes, 1, 1 << 16, in);
  fclose(in);
  return file;
}

static void save(const uint8_t *data, size_t size) {
  FILE *out = fopen("crash-standalone", "wb");
  if (!out) return;
  fwrite(data, 1, size, out);
  fclose(out);
}

int main(int count, char **names) {
  long seconds = 0;
  int first = 1;
  if (count > 2 && strcmp(names[1], "--seconds") == 0) {
    seconds = atol(names[2]);
    first = 3;
  }
  int files = count - first;
  if (files < 1) {
    fprintf(stderr, "usage: fuzz [--seconds N] FILE…\n");
    return 2;
  }
  File *seeds = calloc((size_t)files, sizeof(File));
  for (int i = 0; i < files; i++) {
    seeds[i] = read_file(names[first + i]);
    LLVMFuzzerTestOneInput(seeds[i].bytes, seeds[i].size);
  }
  uint8_t *data = malloc(1 << 17);
  unsigned long runs = 0;
  for (time_t until = time(NULL) + seconds; time(NULL) < until; runs++) {
    // A text of parts of two seeds, then edits out of a third, then single bytes changed.
    size_t size = 1;
    data[0] = (uint8_t)below(256);
    for (int part = 0; part < 3; part++) {
      const File *seed = &seeds[below((uint32_t)files)];
      if (!seed->size) continue;
      size_t from = below((uint32_t)seed->size), most = seed->size - from < 2000 ? seed->size - from : 2000;
      size_t much = 1 + below((uint32_t)most);
      memcpy(data + size, seed->bytes + from, much);
      size += much;
    }
    for (uint32_t n = below(12); n > 0; n--) {
      static const char SPECIAL[] = "\\\\\\`\n\n\r \t#<<-\"'${}[],=:/@-\0\xff\xc3\xe2";
      data[1 + below((uint32_t)size - 1 ? (uint32_t)size - 1 : 1)] =
          below(3) ? (uint8_t)SPECIAL[below(sizeof SPECIAL - 1)] : (uint8_t)below(256);
    }
    save(data, size);
    LLVMFuzzerTestOneInput(data, size);
  }
  remove("crash-standalone");
  printf("%d seeds, %lu mutations, no findings\n", files, runs);
  return 0;
}
#endif
