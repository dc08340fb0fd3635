-- Dockstage, a language server for Dockerfiles: `vim.lsp.enable("dockstage")`.
-- What to change and how is in `:help dockstage`.

-- What code lenses and code actions run. The server gives a command only to a client that names it.
local commands = {
  ['dockstage.showReferences'] = function(...)
    require('dockstage.commands').show_references(...)
  end,
  ['dockstage.copyBuildCommand'] = function(...)
    require('dockstage.commands').copy_build_command(...)
  end,
  ['dockstage.showNotes'] = function(...)
    require('dockstage.commands').show_notes(...)
  end,
}

-- The server's own modifiers of semantic tokens: `@lsp.mod.unused`, `@lsp.mod.external`.
local capabilities = vim.lsp.protocol.make_client_capabilities()
vim.list_extend(capabilities.textDocument.semanticTokens.tokenModifiers, { 'unused', 'external' })
capabilities.experimental = { commands = { commands = vim.tbl_keys(commands) } }

---@type vim.lsp.Config
return {
  capabilities = capabilities,
  cmd = { 'dockstage', 'lsp' },
  filetypes = { 'dockerfile' },
  root_markers = {
    'dockstage.toml',
    { 'compose.yaml', 'compose.yml', 'docker-compose.yaml', 'docker-compose.yml' },
    { 'docker-bake.hcl', 'docker-bake.json' },
    '.git',
  },
  commands = commands,
  settings = {
    dockstage = {
      diagnostics = { enable = true, unreachableStages = true },
      split = { hint = true },
    },
  },
}
