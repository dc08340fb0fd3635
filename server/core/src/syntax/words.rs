//! Words of a logical line, as BuildKit splits them.
