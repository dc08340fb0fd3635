//! C and C++, and what else is built by a compiler, `make` or `cmake`.
//!
//! Signals: a compiler or a build system in a RUN. Artifact: the program that the command names: what a build
//! makes cannot be told without its files, so the command's path counts. Runtime: the release of Debian under the
//! `gcc` image, else the builder's own system without its compilers, with the libraries behind `-dev` packages.
//! Hazards: the `gcc` image brings a newer C++ library than its Debian, so that goes over, too.

use super::binary;
use super::{Profile, Recipe};
use crate::assists::split_stage::Refusal;
use crate::assists::split_stage::paths;
use crate::assists::split_stage::plan::Artifact;
use crate::assists::split_stage::runtime::{self, System};
use crate::assists::split_stage::shell::Command;
use crate::assists::split_stage::view::View;
use crate::model::ImageRef;
use crate::model::tools::option;

pub(super) struct C;

impl Profile for C {
    fn ships(&self) -> &'static str {
        "C compiler and build tools"
    }

    fn applies(&self, view: &View<'_>) -> bool {
        view.runs(is_build)
    }

    fn recipe(&self, view: &View<'_>) -> Result<Recipe, Refusal> {
        let base = ImageRef::parse(&view.stage.base_text);
        let runtime = runtime::of(&base, "slim")?;
        let on_gcc = runtime::name(&base) == "gcc" && runtime.system() == System::Apt;
        let mut recipe = binary::usual(view, self, &makes, vec![runtime])?;
        // What `make install` leaves lies below /usr/local, which is empty in plain systems.
        let installed = view.runs(|it| {
            it.argv().iter().any(|word| matches!(word.text.as_str(), "install" | "--install")) && is_build(it)
        });
        let program = recipe.artifacts[0].from.clone();
        if installed && (on_gcc || !program.starts_with("/usr/local/")) {
            return Err(Refusal::new(
                "`make install` puts files in more places than the program's: it is not known which ones are needed".to_owned(),
            ));
        }
        let elsewhere = ["--sysconfdir", "--localstatedir", "DESTDIR"];
        let scatters = view.instructions().any(|it| elsewhere.iter().any(|word| view.says(it, word)));
        if installed && scatters {
            return Err(Refusal::new(
                "the build installs files outside of /usr/local: it is not known which ones are needed"
                    .to_owned(),
            ));
        }
        if installed {
            recipe.artifacts[0] = Artifact::same("/usr/local");
            if recipe.runtimes[0].system() == System::Apt {
                recipe.closing.push(format!("{} ldconfig", view.keyword(crate::syntax::Keyword::Run)));
            }
        }
        let is_cpp = view
            .instructions()
            .any(|it| ["g++", "cmake", ".cpp", ".cc", "clang++"].iter().any(|word| view.says(it, word)));
        if on_gcc && is_cpp && !view.instructions().any(|it| view.says(it, "-static")) {
            for library in ["libstdc++.so.6", "libgcc_s.so.1"] {
                recipe.artifacts.push(Artifact::same(format!("/usr/local/lib64/{library}")));
            }
            let env = view.keyword(crate::syntax::Keyword::Env);
            recipe.opening.push(format!("{env} LD_LIBRARY_PATH=/usr/local/lib64"));
            recipe.notes.push(
                "The C++ library of the `gcc` image is newer than that of Debian: it goes over with the program."
                    .to_owned(),
            );
        }
        recipe
            .notes
            .push("Run `ldd` on the program in the final stage: it must find every library.".to_owned());
        Ok(recipe)
    }

    fn is_build_command(&self, command: &Command) -> bool {
        is_build(command)
            || matches!(
                command.program(),
                "configure" | "autogen.sh" | "autoreconf" | "bootstrap" | "strip" | "conan" | "vcpkg"
            )
    }

    fn is_build_env(&self, name: &str) -> bool {
        matches!(name, "CC" | "CXX" | "CFLAGS" | "CXXFLAGS" | "LDFLAGS" | "MAKEFLAGS" | "CMAKE_BUILD_TYPE")
    }

    fn is_build_path(&self, path: &str) -> bool {
        let name = paths::file_name(path);
        matches!(name, "Makefile" | "CMakeLists.txt" | "meson.build" | "configure.ac")
            || [".c", ".h", ".cpp", ".hpp", ".cc", ".cxx"].iter().any(|it| name.ends_with(it))
    }

    fn calls_others(&self) -> bool {
        false
    }

    fn is_builder_tool(&self, program: &str) -> bool {
        matches!(program, "gcc" | "g++" | "make" | "cmake")
    }
}

fn is_build(command: &Command) -> bool {
    let program = command.program();
    let compiler =
        program.strip_suffix(|c: char| c.is_ascii_digit()).unwrap_or(program).trim_end_matches(['-', '1']);
    matches!(compiler, "gcc" | "g++" | "cc" | "c++" | "clang" | "clang++" | "musl-gcc")
        || matches!(
            program,
            "make"
                | "cmake"
                | "ninja"
                | "meson"
                | "bazel"
                | "bazelisk"
                | "crystal"
                | "shards"
                | "nim"
                | "nimble"
                | "dub"
                | "ldc2"
                | "dmd"
                | "dune"
                | "fpc"
                | "gnatmake"
                | "gprbuild"
                | "v"
                | "odin"
        )
}

/// The program that `-o` names.
fn makes(command: &Command, dir: &str) -> Option<String> {
    let argv = command.argv();
    if let Some(output) = option(argv, &["-o", "--out", "--output", "-out"]) {
        return Some(paths::join(dir, output));
    }
    let compiles = ["gcc", "g++", "cc", "c++", "clang", "clang++"].contains(&command.program());
    let links =
        compiles && !argv.iter().any(|word| matches!(word.text.as_str(), "-c" | "-E" | "-S" | "--version"));
    links.then(|| paths::join(dir, "a.out"))
}

#[cfg(test)]
mod tests {
    use crate::assists::split_stage::tests::check;
    use expect_test::expect;

    #[test]
    fn a_program_on_the_gcc_image() {
        check(
            r#"FROM gcc:13
COPY . /srv/calc
WORKDIR /srv/calc
RUN gcc -O2 -o calc calc.c
CMD ["./calc"]
"#,
            expect![[r#"
                FROM gcc:13 AS builder
                COPY . /srv/calc
                WORKDIR /srv/calc
                RUN gcc -O2 -o calc calc.c

                FROM debian:bookworm-slim AS final
                WORKDIR /srv/calc
                COPY --from=builder /srv/calc/calc calc
                CMD ["./calc"]
            "#]],
        );
    }

    #[test]
    fn the_library_of_cpp_goes_over() {
        check(
            r#"FROM gcc:14
WORKDIR /src
COPY . .
RUN cmake -B build && cmake --build build -j$(nproc)
CMD ["./build/shop"]
"#,
            expect![[r#"
                FROM gcc:14 AS builder
                WORKDIR /src
                COPY . .
                RUN cmake -B build && cmake --build build -j$(nproc)

                FROM debian:trixie-slim AS final
                ENV LD_LIBRARY_PATH=/usr/local/lib64
                WORKDIR /src
                COPY --from=builder /src/build/shop build/shop
                COPY --from=builder /usr/local/lib64/libstdc++.so.6 /usr/local/lib64/libstdc++.so.6
                COPY --from=builder /usr/local/lib64/libgcc_s.so.1 /usr/local/lib64/libgcc_s.so.1
                CMD ["./build/shop"]
            "#]],
        );
    }

    #[test]
    fn compilers_and_headers_stay_behind() {
        check(
            r#"FROM debian:bookworm
RUN apt-get update && apt-get install -y build-essential libcurl4-openssl-dev
WORKDIR /src
COPY . .
RUN make && make install
CMD ["shopd"]
"#,
            expect![[r#"
                FROM debian:bookworm AS builder
                RUN apt-get update && apt-get install -y build-essential libcurl4-openssl-dev
                WORKDIR /src
                COPY . .
                RUN make && make install

                FROM debian:bookworm-slim AS final
                RUN apt-get update && apt-get install -y --no-install-recommends libcurl4 && rm -rf /var/lib/apt/lists/*
                WORKDIR /src
                COPY --from=builder /usr/local /usr/local
                RUN ldconfig
                CMD ["shopd"]
            "#]],
        );
    }

    #[test]
    fn a_toolchain_and_sources_from_elsewhere() {
        check(
            r#"FROM debian:bookworm
RUN apt-get update && apt-get install -y git cmake g++ libcurl4-openssl-dev wget
RUN wget -qO- https://github.com/Kitware/CMake/releases/download/v3.30.0/cmake.tar.gz | tar -xz -C /usr/local
RUN git clone --depth 1 https://example.com/shop.git /src
WORKDIR /src
RUN mkdir build && cd build && cmake .. && make
CMD ["./build/shop"]
"#,
            expect![[r#"
                FROM debian:bookworm AS builder
                RUN apt-get update && apt-get install -y git cmake g++ libcurl4-openssl-dev wget
                RUN wget -qO- https://github.com/Kitware/CMake/releases/download/v3.30.0/cmake.tar.gz | tar -xz -C /usr/local
                RUN git clone --depth 1 https://example.com/shop.git /src
                WORKDIR /src
                RUN mkdir build && cd build && cmake .. && make

                FROM debian:bookworm-slim AS final
                RUN apt-get update && apt-get install -y --no-install-recommends libcurl4 && rm -rf /var/lib/apt/lists/*
                WORKDIR /src
                COPY --from=builder /src/build/shop build/shop
                CMD ["./build/shop"]
            "#]],
        );
    }
}
