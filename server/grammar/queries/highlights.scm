; Standard capture names: they mean the same to Neovim, Helix and tree-sitter's own highlighter.

(comment) @comment
(parser_directive "#" @keyword.directive)
(directive_name) @keyword.directive
(directive_value) @string.special

(keyword) @keyword
(as_keyword) @keyword
(healthcheck_type) @keyword
(unknown_instruction (keyword) @error)

(line_continuation) @punctuation.special

(flag "--" @punctuation.special)
(flags_end) @punctuation.special
(flag_name) @attribute
(flag_value) @string
(mount_key) @property
(mount_value) @string

(image_registry) @module
(image_repository) @type
(image_tag) @constant
(image_digest) @constant
(stage_name) @label

(path) @string.special.path
(port) @number
(protocol) @type
(user_name) @string
(group_name) @string
(signal) @constant
(text) @string

(key) @property
(value) @string
(arg_instruction (pair key: (key) @variable))
(env_instruction (pair key: (key) @variable))

(json_string) @string
(shell_instruction (json_array (json_string) @string))

(expansion ["$" "${" "}"] @punctuation.special)
(expansion_operator) @operator
(variable) @variable

(heredoc_operator) @operator
(heredoc_delimiter) @label
(heredoc_end) @label
(heredoc_body) @string

["=" ":" "@" "/"] @operator
"," @punctuation.delimiter
["[" "]"] @punctuation.bracket
