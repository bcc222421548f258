"""The language server. Needs the ``lsp`` extra; nothing outside imports this package before it is asked for."""
