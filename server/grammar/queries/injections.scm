; The shell form: one command, over all its lines, with what stands between them.
([
  (run_instruction (shell_command) @injection.content)
  (cmd_instruction (shell_command) @injection.content)
  (entrypoint_instruction (shell_command) @injection.content)
  (healthcheck_instruction (shell_command) @injection.content)
 ]
  (#set! injection.language "bash")
  (#set! injection.include-children))

; A heredoc of RUN is a script, too.
((run_instruction (heredoc body: (heredoc_body) @injection.content))
  (#set! injection.language "bash"))

((comment) @injection.content
  (#set! injection.language "comment"))
