
# Part {n}: its own sources, tests that run beside the build, what the part before it trusts.
FROM base AS build-{n}
ARG VERSION=dev
ARG TARGETOS TARGETARCH
ENV PART=part-{n} \
    # the linker reads this
    LDFLAGS="-s -w -X main.version=${VERSION}"
COPY internal/ ./internal/
COPY parts/{n}/ ./parts/{n}/
RUN --mount=type=cache,target=/go/pkg/mod \
    --mount=type=cache,target=/root/.cache/go-build \
    GOOS=${TARGETOS} GOARCH=${TARGETARCH} \
    go build -ldflags "${LDFLAGS}" -o /out/${PART} ./parts/{n} \
    && /out/${PART} --version
RUN <<CHECK
set -e
go vet ./parts/{n}/...
go test ./parts/{n}/...
CHECK

FROM alpine:${ALPINE_VERSION} AS serve-{n}
LABEL org.opencontainers.image.title="part-{n}" \
      org.opencontainers.image.licenses="MIT"
WORKDIR /srv/part-{n}
COPY --from=build-{n} --chown=1000:1000 /out/part-{n} ./part
RUN --mount=type=bind,from={previous},source=/etc/ssl,target=/from cp -r /from/certs ./certs
USER 1000:1000
EXPOSE 8080/tcp
ENTRYPOINT ["/srv/part-{n}/part", "--listen", ":8080"]
