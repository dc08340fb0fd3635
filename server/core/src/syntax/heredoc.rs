//! Heredoc words in a logical line.
