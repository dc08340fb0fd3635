-- What the server lets code lenses and code actions do: commands of this client, which lsp/dockstage.lua tells it of.

local M = {}

-- Lists places, as vim.lsp.buf.references() does.
---@param command lsp.Command
---@param context lsp.HandlerContext
function M.show_references(command, context)
  local client = assert(vim.lsp.get_client_by_id(context.client_id))
  local items = vim.lsp.util.locations_to_items(command.arguments[3], client.offset_encoding)
  vim.fn.setqflist({}, ' ', { title = 'Uses of the stage', items = items, context = context })
  vim.cmd('botright copen')
end

-- Copies a command line: into the unnamed register, and into the clipboard where there is one.
---@param command lsp.Command
function M.copy_build_command(command)
  local text = command.arguments[1]
  vim.fn.setreg('"', text)
  if vim.fn.has('clipboard') == 1 then
    vim.fn.setreg('+', text)
  end
  vim.api.nvim_echo({ { 'Copied: ' .. text } }, false, {})
end

-- Shows what is to be known of a refactoring that was made, until the cursor moves.
---@param command lsp.Command
function M.show_notes(command)
  local title, notes = unpack(command.arguments)
  local lines = { title .. ':', '' }
  for _, note in ipairs(notes) do
    table.insert(lines, '- ' .. note)
  end
  vim.lsp.util.open_floating_preview(lines, 'markdown', { focus_id = 'dockstage-notes', max_width = 80 })
end

return M
