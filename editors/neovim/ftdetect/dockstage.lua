-- The names of Dockerfiles that Neovim does not know by itself.
vim.filetype.add({
  filename = {
    containerfile = 'dockerfile',
  },
  extension = {
    containerfile = 'dockerfile',
    Containerfile = 'dockerfile',
    -- Dockerfile.dockerignore is not a Dockerfile, whatever its name begins with.
    dockerignore = 'gitignore',
  },
  pattern = {
    -- Weak, as for Dockerfile.*: an extension that means something else wins.
    ['dockerfile%..+'] = { 'dockerfile', { priority = -math.huge } },
    ['containerfile%..+'] = { 'dockerfile', { priority = -math.huge } },
  },
})
