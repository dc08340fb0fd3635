-- `:checkhealth dockstage`: can the server start, and has it?

local M = {}

local SERVER = 'dockstage'

local function check_neovim()
  if vim.fn.has('nvim-0.11') == 0 then
    vim.health.error('Neovim 0.11 or newer is needed for vim.lsp.enable()')
    return false
  end
  vim.health.ok('Neovim ' .. tostring(vim.version()))
  return true
end

---@param config vim.lsp.Config
local function check_binary(config)
  local cmd = config.cmd
  if type(cmd) ~= 'table' then
    vim.health.info('`cmd` is a function: it finds the server itself')
    return
  end
  local path = vim.fn.exepath(cmd[1])
  if path == '' then
    vim.health.error(('`%s` is not a program on PATH'):format(cmd[1]), {
      'Run editors/neovim/install in the repository of Dockstage',
      'Or name the binary: vim.lsp.config("dockstage", { cmd = { "/path/to/dockstage", "lsp" } })',
    })
    return
  end
  local ran, answer = pcall(function()
    return vim.system({ path, '--version' }, { text = true, timeout = 5000 }):wait()
  end)
  if ran and answer.code == 0 then
    vim.health.ok(('%s (%s)'):format(vim.trim(answer.stdout), path))
  else
    local reason = ran and vim.trim(answer.stderr or '') or tostring(answer)
    vim.health.error(('%s --version failed: %s'):format(path, reason))
  end
end

local function check_clients()
  local clients = vim.lsp.get_clients({ name = SERVER })
  if vim.tbl_isempty(clients) then
    vim.health.info('The server is not running: open a Dockerfile to start it')
  end
  for _, client in ipairs(clients) do
    local names = {}
    for buffer in pairs(client.attached_buffers) do
      table.insert(names, vim.fn.fnamemodify(vim.api.nvim_buf_get_name(buffer), ':~:.'))
    end
    table.sort(names)
    local files = #names > 0 and table.concat(names, ', ') or 'no buffer'
    vim.health.ok(('Server %d is attached to %s'):format(client.id, files))
  end
end

function M.check()
  vim.health.start('dockstage')
  if not check_neovim() then
    return
  end
  local config = vim.lsp.config[SERVER]
  if not config then
    vim.health.error('lsp/dockstage.lua is not on the runtimepath')
    return
  end
  if vim.lsp.is_enabled and not vim.lsp.is_enabled(SERVER) then
    vim.health.warn('The server is not enabled', 'Add vim.lsp.enable("dockstage") to init.lua')
  end
  check_binary(config)
  check_clients()
end

return M
