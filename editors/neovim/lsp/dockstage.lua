-- Dockstage, a language server for Dockerfiles: `vim.lsp.enable("dockstage")`.
-- What to change and how is in `:help dockstage`.

---@type vim.lsp.Config
return {
  cmd = { 'dockstage', 'lsp' },
  filetypes = { 'dockerfile' },
  root_markers = {
    'dockstage.toml',
    { 'compose.yaml', 'compose.yml', 'docker-compose.yaml', 'docker-compose.yml' },
    { 'docker-bake.hcl', 'docker-bake.json' },
    '.git',
  },
  settings = {
    dockstage = {
      diagnostics = { enable = true, unreachableStages = true },
      split = { hint = true },
    },
  },
}
