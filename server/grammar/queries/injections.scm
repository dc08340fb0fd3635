; Shell text is one token per physical line: together they are one script.
((run_instruction (shell_command (shell_fragment) @injection.content))
  (#set! injection.language "bash")
  (#set! injection.combined))

((cmd_instruction (shell_command (shell_fragment) @injection.content))
  (#set! injection.language "bash"))

((entrypoint_instruction (shell_command (shell_fragment) @injection.content))
  (#set! injection.language "bash"))

((healthcheck_instruction (shell_command (shell_fragment) @injection.content))
  (#set! injection.language "bash"))

; A heredoc of RUN is a script, too.
((run_instruction (heredoc body: (heredoc_body) @injection.content))
  (#set! injection.language "bash"))

((comment) @injection.content
  (#set! injection.language "comment"))
