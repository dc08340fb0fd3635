/**
 * @file Dockerfile grammar for tree-sitter
 * @license MIT
 *
 * Every token comes from the external scanner (src/scanner.c), which knows what a logical line is;
 * the rules here only give the tokens of one instruction their shape. The rules accept every order of
 * tokens that the scanner can produce, so that no input leads to an ERROR or MISSING node.
 */

/// <reference types="tree-sitter-cli/dsl" />
// @ts-check

/** The instructions that take flags and arguments: every keyword BuildKit knows. */
const KINDS = [
  'from', 'run', 'cmd', 'label', 'maintainer', 'expose', 'env', 'add', 'copy', 'entrypoint', 'volume',
  'user', 'workdir', 'arg', 'onbuild', 'stopsignal', 'healthcheck', 'shell',
];

/** The rules for keywords: each is one token, unless a continuation parts it. */
const heads = Object.fromEntries([...KINDS, 'unknown'].map(kind => [`_head_${kind}`, $ => choice(
  field('keyword', alias($[`_keyword_${kind}`], $.keyword)),
  seq($[`_start_${kind}`], field('keyword', $.keyword)),
)]));

/** An instruction: keyword, flags, then what `args` says. */
function instruction($, kind, args, ...after) {
  return seq(
    $[`_head_${kind}`],
    repeat(seq($._sep, $.flag)),
    optional(seq($._sep, $.flags_end)),
    optional(seq($._sep, optional(args))),
    ...after,
    $._end,
  );
}

/** Items with separators between them. */
const list = ($, item) => seq(item, repeat(seq($._sep, optional(item))));

/** A piece of text: fragments up to a line's end, and expansions between them. */
const text = ($, fragment) => repeat1(choice(fragment, $.expansion));

/** `key`, `key=`, `key=value` or `=value`. */
function pair($, key, value) {
  const assignment = seq('=', optional(field('value', value)));
  return choice(seq(field('key', key), optional(assignment)), assignment);
}

module.exports = grammar({
  name: 'dockerfile',

  // The order is that of `enum TokenType` in src/scanner.c.
  externals: $ => [
    ...KINDS.map(kind => $[`_start_${kind}`]),
    $._start_unknown,
    $._start_empty,
    ...KINDS.map(kind => $[`_keyword_${kind}`]),
    $._keyword_unknown,
    $._blank,
    $._end,
    $._sep,
    $.line_continuation,
    $.comment,
    $.empty_line,
    '#',
    $.directive_name,
    $.directive_value,
    $._keyword_fragment,
    '--',
    $._mount_dashes,
    $.flags_end,
    '=',
    ',',
    ':',
    '/',
    '@',
    '[',
    ']',
    '$',
    '${',
    '}',
    $.variable,
    $.expansion_operator,
    $._operand,
    $._word,
    $._quoted,
    $._flag_text,
    $._line,
    $._as,
    $._image_without_registry,
    $._image_with_registry,
    $._pairs,
    $._legacy_pair,
    $.shell_fragment,
    $.text_fragment,
    $._json_whole,
    $._json_begin,
    $._json_middle,
    $._json_end,
    $._heredoc_operator_begin,
    $._heredoc_operator_part,
    $._heredoc_delimiter_part,
    $._heredoc_start,
    $.heredoc_body,
    $.heredoc_end,
    $._never,
  ],

  extras: $ => [$.line_continuation, $.comment, $.empty_line],

  rules: {
    // A blank follows every instruction, be it an empty one: what follows is then the same inside ONBUILD and
    // outside, and the states of the parser need not be there twice.
    source_file: $ => repeat(choice($.parser_directive, $._blank, $._item)),

    // A node of its own: after an edit each child of the file is taken over by itself, and this makes them half as
    // many.
    _item: $ => seq($._instruction, $._blank),

    parser_directive: $ => seq(
      '#',
      field('name', $.directive_name),
      '=',
      field('value', $.directive_value),
    ),

    _instruction: $ => choice(
      ...KINDS.map(kind => $[`${kind}_instruction`]),
      $.unknown_instruction,
    ),

    from_instruction: $ => instruction($, 'from', $._from_arguments),
    run_instruction: $ => instruction($, 'run', $._command, repeat($.heredoc)),
    cmd_instruction: $ => instruction($, 'cmd', $._command),
    label_instruction: $ => instruction($, 'label', $._pair_arguments),
    maintainer_instruction: $ => instruction($, 'maintainer', $.text),
    expose_instruction: $ => instruction($, 'expose', list($, $.exposed_port)),
    env_instruction: $ => instruction($, 'env', $._pair_arguments),
    add_instruction: $ => instruction($, 'add', $._paths_or_heredocs, repeat($.heredoc)),
    copy_instruction: $ => instruction($, 'copy', $._paths_or_heredocs, repeat($.heredoc)),
    entrypoint_instruction: $ => instruction($, 'entrypoint', $._command),
    volume_instruction: $ => instruction($, 'volume', choice($.json_array, list($, $.path))),
    user_instruction: $ => instruction($, 'user', $._user_arguments),
    workdir_instruction: $ => instruction($, 'workdir', alias($._line_text, $.path)),
    arg_instruction: $ => instruction($, 'arg', list($, $.pair)),
    onbuild_instruction: $ => instruction($, 'onbuild', seq(field('trigger', $._instruction), $._blank)),
    stopsignal_instruction: $ => instruction($, 'stopsignal', alias($._line_text, $.signal)),
    healthcheck_instruction: $ => instruction($, 'healthcheck', seq(
      field('type', $.healthcheck_type),
      optional(seq($._sep, optional($._command))),
    )),
    shell_instruction: $ => instruction($, 'shell', $._command),

    unknown_instruction: $ => choice(
      seq(
        $._head_unknown,
        optional(seq($._sep, optional($.text))),
        $._end,
      ),
      seq($._start_empty, $._end),
    ),

    ...heads,
    keyword: $ => repeat1($._keyword_fragment),

    // Flags -----------------------------------------------------------------------------------------

    flag: $ => choice(
      seq(
        '--',
        optional(field('name', $.flag_name)),
        optional(seq('=', optional(field('value', $.flag_value)))),
      ),
      seq(
        alias($._mount_dashes, '--'),
        optional(field('name', $.flag_name)),
        optional(seq('=', optional(field('value', alias($.mount_fields, $.flag_value))))),
      ),
    ),
    flag_name: $ => repeat1($._flag_text),
    flag_value: $ => text($, $._flag_text),
    mount_fields: $ => choice(
      seq($.mount_field, repeat($._next_mount_field)),
      repeat1($._next_mount_field),
    ),
    _next_mount_field: $ => seq(',', optional($.mount_field)),
    mount_field: $ => pair($, $.mount_key, $.mount_value),
    mount_key: $ => text($, $._flag_text),
    mount_value: $ => text($, $._flag_text),

    // FROM ------------------------------------------------------------------------------------------

    _from_arguments: $ => seq(
      field('image', $.image),
      optional(seq($._sep, optional(choice($._stage, $._excess)))),
    ),
    _stage: $ => seq(
      field('as', $.as_keyword),
      optional(seq($._sep, optional(seq(
        field('name', $.stage_name),
        optional(seq($._sep, optional($._excess))),
      )))),
    ),
    _excess: $ => list($, $.argument),

    image: $ => choice(
      seq($._image_with_registry, optional(field('registry', $.image_registry)), '/', optional($._image)),
      seq($._image_without_registry, $._image),
    ),
    _image: $ => choice(
      seq(field('repository', $.image_repository), optional($._image_tag), optional($._image_digest)),
      seq($._image_tag, optional($._image_digest)),
      $._image_digest,
    ),
    _image_tag: $ => seq(':', optional(field('tag', $.image_tag))),
    _image_digest: $ => seq('@', optional(field('digest', $.image_digest))),
    image_registry: $ => text($, $._word),
    image_repository: $ => text($, $._word),
    image_tag: $ => text($, $._word),
    image_digest: $ => text($, $._word),
    as_keyword: $ => repeat1($._as),
    stage_name: $ => text($, $._word),
    argument: $ => text($, $._word),

    // Other arguments -------------------------------------------------------------------------------

    _command: $ => choice($.json_array, $.shell_command),
    shell_command: $ => repeat1(choice($.shell_fragment, $.heredoc_redirect)),

    _paths_or_heredocs: $ => choice(
      $.json_array,
      seq($.path, repeat($._next_path)),
      repeat1($._next_path),
    ),
    // White space of Unicode separates a redirect from a path, but not two paths.
    _next_path: $ => choice(
      seq($._sep, optional($.path)),
      seq($.heredoc_redirect, optional($.path)),
    ),
    path: $ => text($, $._word),

    _pair_arguments: $ => choice(
      seq($._pairs, list($, $.pair)),
      seq($._legacy_pair, alias($.legacy_pair, $.pair)),
    ),
    pair: $ => pair($, alias($._quoted_text, $.key), alias($._quoted_text, $.value)),
    legacy_pair: $ => seq(
      field('key', alias($._word_text, $.key)),
      optional(seq($._sep, optional(field('value', alias($._line_text, $.value))))),
    ),

    exposed_port: $ => choice(
      seq(
        field('port', $.port),
        optional(seq('/', optional(field('protocol', $.protocol)))),
      ),
      seq('/', optional(field('protocol', $.protocol))),
    ),
    port: $ => text($, $._word),
    protocol: $ => text($, $._word),

    _user_arguments: $ => choice(
      seq(field('user', alias($._line_text, $.user_name)), optional($._group)),
      $._group,
    ),
    _group: $ => seq(':', optional(field('group', alias($._line_text, $.group_name)))),

    healthcheck_type: $ => repeat1($._word),

    text: $ => repeat1($.text_fragment),

    _word_text: $ => text($, $._word),
    _quoted_text: $ => text($, $._quoted),
    _line_text: $ => text($, $._line),

    // Expansions ------------------------------------------------------------------------------------

    expansion: $ => choice(
      seq('$', field('name', $.variable)),
      seq(
        '${',
        field('name', $.variable),
        optional(seq(
          field('operator', $.expansion_operator),
          optional(field('operand', alias($._operand_text, $.operand))),
        )),
        '}',
      ),
    ),
    _operand_text: $ => repeat1(choice($._operand, $.expansion)),

    // JSON form -------------------------------------------------------------------------------------

    json_array: $ => seq(
      '[',
      optional(seq($.json_string, repeat(seq(',', $.json_string)))),
      ']',
    ),
    json_string: $ => choice(
      $._json_whole,
      seq($._json_begin, repeat($._json_middle), $._json_end),
    ),

    // Heredocs --------------------------------------------------------------------------------------

    heredoc_redirect: $ => seq(
      field('operator', $.heredoc_operator),
      optional(field('delimiter', $.heredoc_delimiter)),
    ),
    heredoc_operator: $ => seq($._heredoc_operator_begin, repeat($._heredoc_operator_part)),
    heredoc_delimiter: $ => repeat1($._heredoc_delimiter_part),

    heredoc: $ => seq(
      $._heredoc_start,
      optional(field('body', $.heredoc_body)),
      optional(field('end', $.heredoc_end)),
    ),
  },
});
