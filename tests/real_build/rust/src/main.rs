//! Greets whom it is told to.

fn main() {
    let name = std::env::args().nth(1).unwrap_or_else(|| "Rust".to_owned());
    println!("Hello from {name}!");
}
