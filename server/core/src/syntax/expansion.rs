//! Variables in a text: `$name`, `${name…}`.
