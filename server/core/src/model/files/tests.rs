//! What stages are known to hold.

use std::fmt::Write as _;

use expect_test::{Expect, expect};

use super::*;
use crate::model::SourceFile;

/// What the last stage is known to hold.
fn check(text: &str, expected: Expect) {
    let file = SourceFile::new(text.trim_start());
    let dockerfile = file.dockerfile();
    let stage = dockerfile.default_target().unwrap().id;
    let mut out = String::new();
    for made in dockerfile.files(stage).made() {
        let line = dockerfile.instruction(made.instruction).row + 1;
        let guess = if made.is_guess { "?" } else { "" };
        let mount =
            made.mount.as_ref().map_or_else(String::new, |it| format!(" in {} {}", it.kind, it.target));
        let word = file.text().slice(made.range);
        let how = match &made.how {
            How::Stage(stage, path) => format!("Stage({} {path})", stage.0),
            other => format!("{other:?}"),
        };
        let _ = writeln!(out, "{line}: {}{guess} {:?} {how} `{word}`{mount}", made.path, made.kind);
    }
    expected.assert_eq(&out);
}

#[test]
fn copies() {
    check(
        r#"
FROM golang AS builder
FROM scratch
WORKDIR /app
COPY package.json .
COPY src ./src
COPY --from=builder /out/server /bin/
COPY --from=busybox /bin/sh /bin/sh
COPY a b /data/
COPY <<one <<two /etc/
x
one
y
two
ADD rootfs.tar.xz /
ADD https://example.com/a/tool.zip /opt/
COPY --parents x/./y/z.txt /p/
COPY ["with blank.txt", "/q/"]
ENV D=/data2
COPY x.txt $D/${E}/x.txt
"#,
        expect![[r#"
            3: /app Folder Workdir `/app`
            4: /app Folder Context("/package.json") `.`
            4: /app/package.json File Context("/package.json") `package.json`
            4: /app? Tree Context("/package.json") `package.json`
            5: /app/src/src? File Context("/src") `src`
            5: /app/src Either Context("/src") `./src`
            6: /bin Folder Stage(0 /out/server) `/bin/`
            6: /bin/server? File Stage(0 /out/server) `/out/server`
            6: /bin? Tree Stage(0 /out/server) `/out/server`
            7: /bin/sh/sh? File Image("busybox") `/bin/sh`
            7: /bin/sh Either Image("busybox") `/bin/sh`
            8: /data Folder Context("/a") `/data/`
            8: /data/a? File Context("/a") `a`
            8: /data? Tree Context("/a") `a`
            8: /data/b? File Context("/b") `b`
            8: /data? Tree Context("/b") `b`
            9: /etc Folder Heredoc `/etc/`
            9: /etc/one File Heredoc `<<one`
            9: /etc/two File Heredoc `<<two`
            14: / Folder Context("/rootfs.tar.xz") `/`
            14: / Tree Added `rootfs.tar.xz`
            15: /opt Folder Context("/https:/example.com/a/tool.zip") `/opt/`
            15: /opt/tool.zip File Added `https://example.com/a/tool.zip`
            16: /p Folder Context("/x/y/z.txt") `/p/`
            16: /p/y/z.txt Either Context("/x/y/z.txt") `x/./y/z.txt`
            17: /q Folder Context("/with blank.txt") `"/q/"`
            17: /q/with blank.txt File Context("/with blank.txt") `"with blank.txt"`
            17: /q? Tree Context("/with blank.txt") `"with blank.txt"`
            19: /data2/x.txt/x.txt? File Context("/x.txt") `x.txt`
            19: /data2/x.txt File Context("/x.txt") `$D/${E}/x.txt`
            19: /data2/x.txt? Tree Context("/x.txt") `x.txt`
        "#]],
    );
}

#[test]
fn commands() {
    check(
        r#"
FROM alpine
WORKDIR /src
RUN mkdir -p /out/{a,b} && cp -r dist/ /out/a && mv x.txt /out/b/ && rm -rf /src/tmp
RUN (cd sub && touch here) && touch there
RUN if [ -n "$X" ]; then echo 1 > /etc/one; else echo 2 >> /etc/two 2>/dev/null; fi
RUN V=1.2 && curl -fsSLo /tmp/tool-$V.tgz https://e.com/tool-$V.tgz && tar -xzf /tmp/tool-$V.tgz -C /opt
RUN wget -q https://e.com/a/b.zip?x=1 && unzip b.zip -d /opt/b && git clone --depth 1 https://e.com/r.git
RUN echo hi | tee /etc/motd && ln -s /opt/b/run /usr/bin/run && install -Dm755 run.sh /usr/local/bin/run.sh
RUN ./configure --prefix=/opt/nginx && make && make install DESTDIR=/out
RUN apk add --no-cache curl
RUN cat <<EOF > /etc/conf
x
EOF
RUN <<EOF
cd /x
touch y
EOF
RUN ["touch", "/json"]
RUN bash -c "cd /y && touch z"
"#,
        expect![[r#"
            2: /src Folder Workdir `/src`
            3: /out/a Folder Command `/out/{a,b}`
            3: /out/b Folder Command `/out/{a,b}`
            3: /out/a/dist Either Command `dist/`
            3: /out/b/x.txt Either Command `x.txt`
            3: /src/x.txt Gone Command `x.txt`
            3: /src/tmp Gone Command `/src/tmp`
            4: /src/sub/here File Command `here`
            4: /src/there File Command `there`
            5: /etc/one? File Command `/etc/one`
            5: /etc/two? File Command `/etc/two`
            6: /tmp/tool-1.2.tgz File Command `/tmp/tool-$V.tgz`
            6: /opt Tree Command `/opt`
            7: /opt/b Tree Command `/opt/b`
            7: /src/r Tree Command `https://e.com/r.git`
            8: /etc/motd File Command `/etc/motd`
            8: /usr/bin/run Either Command `/usr/bin/run`
            8: /usr/local/bin/run.sh File Command `/usr/local/bin/run.sh`
            9: /opt/nginx Tree Convention `/opt/nginx`
            9: /src? Tree Unknown `./configure --prefix=/opt/nginx`
            9: /src? Tree Unknown `make`
            9: /out Tree Command `/out`
            9: /src? Tree Unknown `make install DESTDIR=/out`
            9: /out? Either Unknown `/out`
            10: /? Tree System `apk add --no-cache curl`
            11: /etc/conf File Command `/etc/conf`
            14: /x/y File Command `y`
            18: /json File Command `["touch", "/json"]`
            19: /y/z File Command `"cd /y && touch z"`
        "#]],
    );
}

#[test]
fn builds() {
    check(
        r#"
FROM alpine
WORKDIR /src
ENV CARGO_TARGET_DIR=/t
RUN CGO_ENABLED=0 go build -ldflags="-s -w" -o /out/app ./cmd/app
RUN go install github.com/a/b/cmd/tool@v1
RUN cargo build --release --target x86_64-unknown-linux-musl
RUN ./mvnw -B package -f web/pom.xml
RUN gradle :app:bootJar
RUN npm ci && npm run build
RUN pip install --no-cache-dir --prefix=/install -r requirements.txt && python3 -m venv /venv
RUN dotnet publish "App.csproj" -c Release -o /app/publish
RUN gcc -O2 -o hello hello.c
RUN --mount=type=cache,target=/src/target --mount=type=bind,target=.,source=. CARGO_TARGET_DIR= cargo build --target-dir target --bin x
"#,
        expect![[r#"
            2: /src Folder Workdir `/src`
            4: /out/app Either Command `/out/app`
            5: /go/bin/tool File Convention `go install github.com/a/b/cmd/tool@v1`
            5: /go/pkg? Tree Convention `go install github.com/a/b/cmd/tool@v1`
            6: /usr/local/cargo? Tree Convention `cargo build --release --target x86_64-unknown-linux-musl`
            6: /t/x86_64-unknown-linux-musl/release Tree Convention `cargo build --release --target x86_64-unknown-linux-musl`
            6: /t? Tree Convention `cargo build --release --target x86_64-unknown-linux-musl`
            7: /src/web/target/*.jar File Convention `./mvnw -B package -f web/pom.xml`
            7: /src/web/target/*.war File Convention `./mvnw -B package -f web/pom.xml`
            7: /src/web/target Tree Convention `./mvnw -B package -f web/pom.xml`
            7: /src/web/*/target/*.jar? File Convention `./mvnw -B package -f web/pom.xml`
            7: /src/web/*/target/*.war? File Convention `./mvnw -B package -f web/pom.xml`
            7: /src/web/*/target? Tree Convention `./mvnw -B package -f web/pom.xml`
            7: /root/.m2? Tree Convention `./mvnw -B package -f web/pom.xml`
            8: /src/app/build/libs/*.jar File Convention `gradle :app:bootJar`
            8: /src/app/build Tree Convention `gradle :app:bootJar`
            8: /src/app/*/build/libs/*.jar? File Convention `gradle :app:bootJar`
            8: /src/app/*/build? Tree Convention `gradle :app:bootJar`
            8: /root/.gradle? Tree Convention `gradle :app:bootJar`
            9: /src/node_modules Tree Convention `npm ci`
            9: /? Tree Unknown `npm ci`
            9: /src/dist? Tree Convention `npm run build`
            9: /src/*/*/dist? Tree Convention `npm run build`
            9: /src/build? Tree Convention `npm run build`
            9: /src/*/*/build? Tree Convention `npm run build`
            9: /src/out? Tree Convention `npm run build`
            9: /src/*/*/out? Tree Convention `npm run build`
            9: /src/.next? Tree Convention `npm run build`
            9: /src/*/*/.next? Tree Convention `npm run build`
            9: /src/.output? Tree Convention `npm run build`
            9: /src/*/*/.output? Tree Convention `npm run build`
            9: /src/_site? Tree Convention `npm run build`
            9: /src/*/*/_site? Tree Convention `npm run build`
            9: /src? Tree Unknown `npm run build`
            10: /install Tree Command `/install`
            10: /venv Tree Command `/venv`
            11: /app/publish Tree Command `/app/publish`
            12: /src/hello File Command `hello`
            13: /usr/local/cargo? Tree Convention `cargo build --target-dir target --bin x`
            13: /src/target/debug/x File Convention `cargo build --target-dir target --bin x` in cache /src/target
            13: /src/target/debug Tree Convention `cargo build --target-dir target --bin x` in cache /src/target
            13: /src/target? Tree Convention `cargo build --target-dir target --bin x` in cache /src/target
        "#]],
    );
}

#[test]
fn builds_of_several_programs() {
    check(
        r#"
FROM golang
WORKDIR /src
RUN go build -o /out/ ./cmd/a ./cmd/b && go build -o /all/ ./cmd/...
RUN xx-go build -o /x . && xx-verify --static /x && go test -coverprofile=/cover.txt ./...
RUN cargo chef prepare --recipe-path recipe.json && cargo chef cook --release
RUN cargo build --release --bin a --bin=b
RUN cargo leptos build
RUN cargo install --locked just@1 sqlx-cli --root /r && cargo install --git https://x/y z
RUN go build -o /both ./cmd/a ./cmd/b
"#,
        expect![[r#"
            2: /src Folder Workdir `/src`
            3: /out Tree Command `/out/`
            3: /out/a File Convention `go build -o /out/ ./cmd/a ./cmd/b`
            3: /out/b File Convention `go build -o /out/ ./cmd/a ./cmd/b`
            3: /all Tree Command `/all/`
            4: /x Either Command `/x`
            4: /cover.txt File Command `/cover.txt`
            4: /src? Tree Unknown `go test -coverprofile=/cover.txt ./...`
            4: /cover.txt? Either Unknown `/cover.txt`
            4: /src/...? Either Unknown `./...`
            4: /go/pkg? Tree Convention `go test -coverprofile=/cover.txt ./...`
            5: /usr/local/cargo? Tree Convention `cargo chef prepare --recipe-path recipe.json`
            5: /src/recipe.json File Command `recipe.json`
            5: /usr/local/cargo? Tree Convention `cargo chef cook --release`
            5: /src/target/release? Tree Convention `cargo chef cook --release`
            5: /src/target? Tree Convention `cargo chef cook --release`
            6: /usr/local/cargo? Tree Convention `cargo build --release --bin a --bin=b`
            6: /src/target/release/a File Convention `cargo build --release --bin a --bin=b`
            6: /src/target/release/b File Convention `cargo build --release --bin a --bin=b`
            6: /src/target/release Tree Convention `cargo build --release --bin a --bin=b`
            6: /src/target? Tree Convention `cargo build --release --bin a --bin=b`
            7: /usr/local/cargo? Tree Convention `cargo leptos build`
            7: /src/target/debug Tree Convention `cargo leptos build`
            7: /src/target/site Tree Convention `cargo leptos build`
            7: /src/target? Tree Convention `cargo leptos build`
            8: /usr/local/cargo? Tree Convention `cargo install --locked just@1 sqlx-cli --root /r`
            8: /r/bin/just File Convention `cargo install --locked just@1 sqlx-cli --root /r`
            8: /r/bin/*? File Convention `cargo install --locked just@1 sqlx-cli --root /r`
            8: /usr/local/cargo? Tree Convention `cargo install --git https://x/y z`
            8: /usr/local/cargo/bin/z File Convention `cargo install --git https://x/y z`
            8: /usr/local/cargo/bin/*? File Convention `cargo install --git https://x/y z`
            9: /both Tree Command `/both`
            9: /both/a File Convention `go build -o /both ./cmd/a ./cmd/b`
            9: /both/b File Convention `go build -o /both ./cmd/a ./cmd/b`
        "#]],
    );
}

#[test]
fn builds_of_web_applications() {
    check(
        r#"
FROM node
WORKDIR /app
RUN npx next build && npx prisma generate
RUN pnpm exec vite build --outDir /site && ./node_modules/.bin/ng build
RUN npx turbo prune web --docker
RUN corepack enable && pnpm deploy --filter=api /prod
"#,
        expect![[r#"
            2: /app Folder Workdir `/app`
            3: /app/.next Tree Convention `npx next build`
            3: /app? Tree Unknown `npx next build`
            3: /app/node_modules/.prisma Tree Convention `npx prisma generate`
            3: /app? Tree Unknown `npx prisma generate`
            4: /site Tree Command `/site`
            4: /app? Tree Unknown `pnpm exec vite build --outDir /site`
            4: /app/dist Tree Convention `./node_modules/.bin/ng build`
            4: /app? Tree Unknown `./node_modules/.bin/ng build`
            5: /app/out Tree Convention `npx turbo prune web --docker`
            5: /app? Tree Unknown `npx turbo prune web --docker`
            6: /prod Tree Command `/prod`
        "#]],
    );
}

#[test]
fn builds_with_a_prefix() {
    check(
        r#"
FROM debian
WORKDIR /src
RUN ./configure --prefix=/opt/a && make && DESTDIR=/dest make install
RUN jar -xf a.jar && jar cfm b.jar m x.class && jar -cmf m c.jar x.class && jar xf d.jar -C /d
RUN java -Djarmode=tools -jar a.jar extract --destination /layers
RUN dotnet publish --output:/pub && dotnet ef migrations bundle -o /bundle
RUN conda create -y -p /env python && conda install numpy && pyinstaller app.py
RUN . /opt/v/bin/activate && pip install -r r.txt && pdm build && . ./env.sh
RUN zig build -p /zig && stack install --local-bin-path /hs && gosu app touch /gosu
RUN dart compile exe bin/a.dart -o a && chisel cut --root /rootfs base && bazel build //...
"#,
        expect![[r#"
            2: /src Folder Workdir `/src`
            3: /opt/a Tree Convention `/opt/a`
            3: /src? Tree Unknown `./configure --prefix=/opt/a`
            3: /src? Tree Unknown `make`
            3: /dest Tree Command `/dest`
            3: /src? Tree Unknown `DESTDIR=/dest make install`
            4: /src Tree Command `jar -xf a.jar`
            4: /src/b.jar File Command `b.jar`
            4: /src/c.jar File Command `c.jar`
            4: /d Tree Command `jar xf d.jar -C /d`
            5: /layers Tree Command `/layers`
            6: /pub Tree Command `/pub`
            6: /bundle Either Command `/bundle`
            6: /src? Tree Unknown `dotnet ef migrations bundle -o /bundle`
            7: /env Tree Command `/env`
            7: /? Tree System `conda install numpy`
            7: /src/dist Tree Convention `pyinstaller app.py`
            8: /opt/v Tree Convention `pip install -r r.txt`
            8: /src/dist Tree Convention `pdm build`
            8: /src? Tree Unknown `. ./env.sh`
            8: /src/env.sh? Either Unknown `./env.sh`
            9: /zig Tree Command `/zig`
            9: /hs Tree Command `/hs`
            9: /src? Tree Unknown `stack install --local-bin-path /hs`
            9: /hs? Either Unknown `/hs`
            9: /gosu File Command `/gosu`
            10: /src/a File Command `a`
            10: /rootfs Tree Command `/rootfs`
            10: /src/bazel-bin Tree Convention `bazel build //...`
        "#]],
    );
}

#[test]
fn what_the_system_is_told_to_write() {
    check(
        r#"
FROM alpine
RUN apk add --no-cache ca-certificates tzdata && adduser -D app
RUN apt-get update && groupadd x && update-ca-certificates
RUN dnf install --installroot=/mnt tzdata
"#,
        expect![[r#"
            2: /? Tree System `apk add --no-cache ca-certificates tzdata`
            2: /etc/ssl/certs Tree Convention `apk add --no-cache ca-certificates tzdata`
            2: /usr/share/zoneinfo Tree Convention `apk add --no-cache ca-certificates tzdata`
            2: /etc? Tree System `adduser -D app`
            2: /etc/passwd File Convention `adduser -D app`
            2: /etc/group File Convention `adduser -D app`
            3: /var? Tree System `apt-get update`
            3: /etc? Tree System `groupadd x`
            3: /etc/group File Convention `groupadd x`
            3: /etc? Tree System `update-ca-certificates`
            3: /etc/ssl/certs Tree Convention `update-ca-certificates`
            4: /mnt Tree Command `/mnt`
        "#]],
    );
}

#[test]
fn directories_and_conditions() {
    check(
        r#"
FROM alpine
WORKDIR /src
RUN (cd a && touch 1); (cd b && touch 2); touch 3
RUN if x; then V=1; else V=2; fi; touch /v/$V; if y; then cd c; fi; touch 4
RUN cd - && touch 5
RUN cd d || exit 1; touch 6; curl https://e.com/x.tgz | tar -xz -C /opt
RUN cp a /b || true
"#,
        expect![[r#"
            2: /src Folder Workdir `/src`
            3: /src/a/1 File Command `1`
            3: /src/b/2 File Command `2`
            3: /src/3 File Command `3`
            4: /src? Tree Unknown `x`
            4: /v/$V File Command `/v/$V`
            4: /src? Tree Unknown `y`
            4: /src/c/4? File Command `4`
            5: /$_/5 File Command `5`
            6: /src/d/6 File Command `6`
            6: /opt Tree Command `/opt`
            7: /b? File Command `/b`
        "#]],
    );
}
