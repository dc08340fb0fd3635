-- What the server lets a code lens do: commands of this client, which lsp/dockstage.lua tells it of.

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

return M
