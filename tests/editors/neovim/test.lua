-- What a user of Neovim does with the server, one check after the other. Every
-- wait is for a condition; the time limit only ends what would never come.

local LIMIT = 20000

local passed, failed = 0, 0

local function say(text)
  io.stdout:write(text, '\n')
end

-- check NAME, FUNCTION: passes when the function raises no error.
local function check(name, body)
  local ok, problem = xpcall(body, debug.traceback)
  if ok then
    passed = passed + 1
    say('ok      ' .. name)
  else
    failed = failed + 1
    say('FAILED  ' .. name .. '\n' .. problem)
  end
end

local function equal(got, expected, what)
  if not vim.deep_equal(got, expected) then
    error(('%s: got %s\nexpected %s'):format(what, vim.inspect(got), vim.inspect(expected)), 2)
  end
end

local function contains(text, part)
  assert(text:find(part, 1, true), ('%q is not in:\n%s'):format(part, text))
end

-- wait WHAT, FUNCTION: the function's first value that is not nil or false.
local function wait(what, ready)
  local value
  local ok = vim.wait(LIMIT, function()
    value = ready()
    return value
  end, 10)
  assert(ok, 'never came: ' .. what)
  return value
end

local function open(path)
  vim.cmd.edit(path)
  wait('the client on ' .. path, function()
    local client = vim.lsp.get_clients({ name = 'dockstage', bufnr = 0 })[1]
    return client and client.initialized
  end)
end

local function text()
  return table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, true), '\n') .. '\n'
end

local function file(path)
  local handle = assert(io.open(vim.env.FIXTURES .. '/' .. path, 'rb'))
  local content = handle:read('a')
  handle:close()
  return content
end

local function diagnostic(code)
  for _, found in ipairs(vim.diagnostic.get(0)) do
    if found.code == code then
      return found
    end
  end
end

local function wait_for(code)
  return wait('diagnostic ' .. code, function()
    return diagnostic(code)
  end)
end

local function wait_gone(code)
  wait('the end of diagnostic ' .. code, function()
    return not diagnostic(code)
  end)
end

-- Puts the cursor on the first character of the N-th `needle` of the buffer.
local function cursor_on(needle, n)
  vim.api.nvim_win_set_cursor(0, { 1, 0 })
  for _ = 1, n or 1 do
    assert(vim.fn.search('\\V' .. needle, 'W') > 0, needle .. ' is not in the buffer')
  end
end

-- The text of the hover window under the cursor.
local function hover()
  vim.lsp.buf.hover()
  local window = wait('the hover window', function()
    for _, candidate in ipairs(vim.api.nvim_list_wins()) do
      if vim.api.nvim_win_get_config(candidate).relative ~= '' then
        return candidate
      end
    end
  end)
  local lines = vim.api.nvim_buf_get_lines(vim.api.nvim_win_get_buf(window), 0, -1, true)
  vim.api.nvim_win_close(window, true)
  return table.concat(lines, '\n')
end

-- Applies the one code action of this title and kind under the cursor.
local function apply(title, kind)
  vim.lsp.buf.code_action({
    apply = true,
    context = { only = { kind }, diagnostics = {} },
    filter = function(action)
      return action.title == title
    end,
  })
end

-- What a request answers for the cursor's place.
local function ask(method, extra)
  local client = vim.lsp.get_clients({ name = 'dockstage', bufnr = 0 })[1]
  local params = vim.lsp.util.make_position_params(0, client.offset_encoding)
  local answer = client:request_sync(method, vim.tbl_extend('force', params, extra or {}), LIMIT)
  assert(answer and not answer.err, vim.inspect(answer))
  return answer.result
end

-- A second Neovim on a file of the project: this one takes no keys while it runs the checks.
local function another(path)
  local child = vim.fn.jobstart(
    { vim.v.progpath, '--embed', '--headless', '-n', '-i', 'NONE', '-u', vim.env.INIT, path },
    { rpc = true }
  )
  wait('the client of the second Neovim', function()
    return vim.rpcrequest(child, 'nvim_exec_lua', [[
      local client = vim.lsp.get_clients({ name = 'dockstage', bufnr = 0 })[1]
      return client ~= nil and client.initialized == true
    ]], {})
  end)
  return child
end

-- The words in the menu after these keys on a new line at the end, and the key for completion.
local function menu(child, keys)
  vim.rpcrequest(child, 'nvim_input', 'Go' .. keys:gsub('<', '<lt>') .. '<C-x><C-o>')
  local words = wait('the menu behind ' .. keys, function()
    local items = vim.rpcrequest(child, 'nvim_eval', 'complete_info(["items"]).items')
    return #items > 0 and vim.tbl_map(function(item)
      return item.word .. ' ' .. item.abbr
    end, items)
  end)
  vim.rpcrequest(child, 'nvim_input', '<C-e><Esc>u')
  wait('the end of the menu', function()
    return vim.rpcrequest(child, 'nvim_get_mode').mode == 'n'
  end)
  return words
end

local function run()
  check('the client starts on a Dockerfile', function()
    open('stages/Dockerfile')
    equal(vim.bo.filetype, 'dockerfile', 'filetype')
  end)

  check('a misspelt stage is reported where it stands', function()
    local found = wait_for('UnknownStage')
    contains(found.message, 'biulder')
    contains(found.message, 'builder')
    equal({ found.lnum, found.col, found.end_col }, { 18, 12, 19 }, 'range')
    equal(found.severity, vim.diagnostic.severity.WARN, 'severity')
    equal(found.source, 'dockstage', 'source')
  end)

  check('a stage that a plain build leaves out is a hint', function()
    local found = wait_for('UnreachableStage')
    equal({ found.lnum, found.severity }, { 9, vim.diagnostic.severity.HINT }, 'hint')
    contains(found.message, '--target test')
  end)

  check('the quick fix mends the name, and the report goes', function()
    cursor_on('biulder')
    apply('Change to `builder`', 'quickfix')
    wait('the mended text', function()
      return text():find('COPY --from=builder /src/config', 1, true)
    end)
    wait_gone('UnknownStage')
  end)

  check('a new mistake is reported as it is typed', function()
    vim.api.nvim_buf_set_lines(0, -1, -1, true, { 'COPY --from=bilder /a /a' })
    equal(wait_for('UnknownStage').lnum, vim.api.nvim_buf_line_count(0) - 1, 'line')
    vim.api.nvim_buf_set_lines(0, -2, -1, true, {})
    wait_gone('UnknownStage')
  end)

  check('hover on a stage shows its image and its description', function()
    cursor_on('builder', 2)
    local card = hover()
    contains(card, 'builder')
    contains(card, 'golang:1.26')
    contains(card, 'Compiles the service.')
  end)

  check('definition goes from COPY --from to the stage', function()
    cursor_on('--from=builder /src/config')
    vim.fn.search('builder')
    vim.lsp.buf.definition()
    wait('the jump', function()
      return vim.api.nvim_win_get_cursor(0)[1] == 4
    end)
    equal(vim.api.nvim_win_get_cursor(0), { 4, 20 }, 'cursor')
  end)

  check('a stage and an image have colours of their own', function()
    local function kinds(needle)
      cursor_on(needle)
      local row, column = unpack(vim.api.nvim_win_get_cursor(0))
      local token = wait('the token of ' .. needle, function()
        return (vim.lsp.semantic_tokens.get_at_pos(0, row - 1, column) or {})[1]
      end)
      return token.type, token.modifiers
    end
    local kind, modifiers = kinds('builder')
    equal({ kind, modifiers.declaration }, { 'class', true }, 'stage')
    kind, modifiers = kinds('golang')
    equal({ kind, modifiers.external }, { 'namespace', true }, 'image')
  end)

  check('references name every use', function()
    cursor_on('builder')
    local lines = vim.tbl_map(function(place)
      return place.range.start.line
    end, ask('textDocument/references', { context = { includeDeclaration = true } }))
    table.sort(lines)
    equal(lines, { 3, 9, 14, 15, 18, 19 }, 'lines')
  end)

  check('completion after --from= offers the stages before', function()
    local line = vim.fn.search('COPY --from=builder /src/config')
    vim.api.nvim_win_set_cursor(0, { line, #'COPY --from=' })
    local result = ask('textDocument/completion')
    local labels = {}
    for _, item in ipairs(result.items or result) do
      labels[item.label] = true
    end
    assert(labels.builder and labels.test and labels.base, vim.inspect(labels))
    assert(not labels.final, 'a stage cannot copy from itself')
  end)

  check('typing half a line and asking for completion shows what goes on there', function()
    local child = another('stages/Dockerfile')
    for keys, expected in pairs({
      ['COPY --fr'] = '--from=',
      ['COPY --from=bui'] = 'builder',
      ['RUN --mou'] = '--mount=',
      ['FROM no'] = 'node',
      ['COPY Dock'] = 'Dockerfile',
    }) do
      contains(table.concat(menu(child, keys), '\n'), expected)
    end
    vim.fn.jobstop(child)
  end)

  check('the outline is a tree of stages', function()
    local names = vim.tbl_map(function(symbol)
      return symbol.name
    end, ask('textDocument/documentSymbol'))
    local outline = table.concat(names, '\n')
    for _, stage in ipairs({ 'builder', 'test', 'base', 'final' }) do
      contains(outline, stage)
    end
  end)

  check('the call hierarchy lists who takes from a stage', function()
    cursor_on('builder')
    vim.lsp.buf.incoming_calls()
    local found = wait('the list', function()
      local list = vim.fn.getqflist()
      return #list > 0 and list
    end)
    local lines = vim.tbl_map(function(item)
      return item.lnum
    end, found)
    table.sort(lines)
    equal(lines, { 10, 15, 16, 19, 20 }, 'lines')
    vim.fn.setqflist({}, 'r')
    vim.cmd.cclose()
  end)

  check('code lenses list the uses and copy the build command', function()
    local function run_lens(title)
      local lens = wait('the lens ' .. title, function()
        for _, candidate in ipairs(vim.lsp.codelens.get(0)) do
          if candidate.range.start.line == 3 and candidate.command.title == title then
            return candidate
          end
        end
      end)
      local client = vim.lsp.get_clients({ name = 'dockstage', bufnr = 0 })[1]
      client:exec_cmd(lens.command, { bufnr = vim.api.nvim_get_current_buf() })
    end
    vim.lsp.codelens.refresh({ bufnr = 0 })
    run_lens('5 uses')
    equal(#vim.fn.getqflist(), 5, 'uses')
    vim.cmd.cclose()
    run_lens('Copy build command')
    local copied = vim.fn.getreg('"')
    contains(copied, 'docker build --target builder -f ')
    contains(copied, 'stages/Dockerfile')
  end)

  check('inlay hints can be switched on', function()
    vim.lsp.inlay_hint.enable(true, { bufnr = 0 })
    wait('a hint', function()
      return #vim.lsp.inlay_hint.get({ bufnr = 0 }) > 0
    end)
    vim.lsp.inlay_hint.enable(false, { bufnr = 0 })
  end)

  check('rename reaches FROM, COPY --from, mounts and ONBUILD', function()
    cursor_on('builder')
    vim.lsp.buf.rename('compile')
    wait('the renamed text', function()
      return text():find('AS compile', 1, true)
    end)
    equal(text(), file('stages/Dockerfile.renamed'), 'text')
  end)

  check('a name that is taken is refused with the reason', function()
    local reason
    local notify = vim.notify
    vim.notify = function(message)
      reason = message
    end
    cursor_on('compile')
    vim.lsp.buf.rename('final')
    local ok, problem = pcall(wait, 'the reason', function()
      return reason
    end)
    vim.notify = notify
    assert(ok, problem)
    contains(reason, 'final')
    equal(text(), file('stages/Dockerfile.renamed'), 'text')
  end)

  check('a single-stage build gets the hint on its image', function()
    open('spring-boot/Dockerfile')
    local found = wait_for('SplitStage')
    equal({ found.lnum, found.severity }, { 0, vim.diagnostic.severity.HINT }, 'hint')
  end)

  check('the hint can be turned off and on while the server runs', function()
    local client = vim.lsp.get_clients({ name = 'dockstage', bufnr = 0 })[1]
    local function set(hint)
      client.settings = vim.tbl_deep_extend('force', client.settings, { dockstage = { split = { hint = hint } } })
      client:notify('workspace/didChangeConfiguration', { settings = client.settings })
      -- Neovim 0.11 asks for diagnostics after an edit only: make one, and take it back.
      vim.api.nvim_buf_set_lines(0, -1, -1, true, { '' })
      vim.api.nvim_buf_set_lines(0, -2, -1, true, {})
    end
    set(false)
    wait_gone('SplitStage')
    set(true)
    wait_for('SplitStage')
  end)

  check('the split gives builder and final stage', function()
    cursor_on('eclipse-temurin')
    apply('Split into builder and final stage', 'refactor.rewrite')
    wait('the split text', function()
      return text():find('AS final', 1, true)
    end)
    equal(text(), file('spring-boot/Dockerfile.split'), 'text')
    local notes = wait('the notes of the split', function()
      for _, window in ipairs(vim.api.nvim_list_wins()) do
        if vim.api.nvim_win_get_config(window).relative ~= '' then
          return window
        end
      end
    end)
    local lines = vim.api.nvim_buf_get_lines(vim.api.nvim_win_get_buf(notes), 0, -1, true)
    contains(table.concat(lines, '\n'), 'The final stage starts from')
    vim.api.nvim_win_close(notes, true)
  end)

  check('after the split nothing is reported any more', function()
    wait('an empty list of diagnostics', function()
      return #vim.diagnostic.get(0) == 0
    end)
  end)

  check('undo brings the single stage and its hint back, the quick fix splits again', function()
    vim.cmd.undo()
    equal(text(), file('spring-boot/Dockerfile'), 'text')
    wait_for('SplitStage')
    cursor_on('eclipse-temurin')
    apply('Split into builder and final stage', 'quickfix')
    wait('the split text', function()
      return text() == file('spring-boot/Dockerfile.split')
    end)
    wait_gone('SplitStage')
  end)

  check('dockstage.toml says what is built, and its mistakes are diagnostics of it', function()
    vim.fn.mkdir('monorepo/api', 'p')
    vim.fn.writefile({ 'split.hints = 1', '[[file]]', 'match = "api/"', 'target = "test"' }, 'monorepo/dockstage.toml')
    vim.fn.writefile({ 'FROM alpine AS test', 'FROM alpine AS final' }, 'monorepo/api/Dockerfile')
    open('monorepo/api/Dockerfile')
    local found = wait_for('UnreachableStage')
    equal(found.lnum, 1, 'line')
    contains(found.message, 'the target is `test`')
    local mistake = wait('the mistake', function()
      local buffer = vim.fn.bufnr('monorepo/dockstage.toml')
      return buffer > 0 and vim.diagnostic.get(buffer)[1]
    end)
    contains(mistake.message, 'no setting `split.hints`')
    vim.lsp.get_clients({ name = 'dockstage', bufnr = 0 })[1]:stop()
    vim.cmd.bwipeout()
  end)

  check(':checkhealth dockstage names the version and the buffers', function()
    vim.cmd('checkhealth dockstage')
    local report = text()
    contains(report, 'Neovim 0.11')
    assert(report:find('dockstage %d+%.%d+%.%d+'), report)
    contains(report, 'spring-boot/Dockerfile')
    assert(not report:find('ERROR', 1, true), report)
    vim.cmd.bwipeout()
  end)

  check(':help dockstage is there', function()
    vim.cmd('help dockstage-settings')
    vim.cmd.bwipeout()
  end)

  check('every usual name is a Dockerfile, an ignore file is not', function()
    for name, filetype in pairs({
      ['Containerfile'] = 'dockerfile',
      ['containerfile'] = 'dockerfile',
      ['Dockerfile.dev'] = 'dockerfile',
      ['dockerfile.dev'] = 'dockerfile',
      ['app.dockerfile'] = 'dockerfile',
      ['app.containerfile'] = 'dockerfile',
      ['app.Containerfile'] = 'dockerfile',
      ['Dockerfile.dockerignore'] = 'gitignore',
    }) do
      equal(vim.filetype.match({ filename = '/project/' .. name }), filetype, name)
    end
  end)

  check('our grammar and its queries colour a Dockerfile', function()
    open('stages/Dockerfile')
    vim.treesitter.start()
    local parser = assert(vim.treesitter.get_parser(0))
    parser:parse(true)
    assert(not parser:trees()[1]:root():has_error(), 'the tree has an error')
    local function colours(needle)
      cursor_on(needle)
      local row, column = unpack(vim.api.nvim_win_get_cursor(0))
      return vim.tbl_map(function(capture)
        return capture.capture
      end, vim.treesitter.get_captures_at_pos(0, row - 1, column))
    end
    assert(vim.list_contains(colours('FROM golang'), 'keyword'), 'an instruction is a keyword')
    assert(vim.list_contains(colours('# Compiles'), 'comment'), 'a comment is a comment')
    assert(vim.list_contains(colours('compile'), 'label'), 'a stage is a label')
  end)

  check('the server ends when it is told to', function()
    local client = vim.lsp.get_clients({ name = 'dockstage' })[1]
    client:stop()
    wait('the end', function()
      return client:is_stopped()
    end)
  end)
end

local whole, problem = xpcall(run, debug.traceback)
if not whole then
  failed = failed + 1
  say('FAILED  the test itself\n' .. problem)
end
local tally = assert(io.open(vim.env.TALLY, 'w'))
tally:write(passed, ' ', failed, '\n')
tally:close()
vim.cmd('qa!')
