# syntax=docker/dockerfile:1

# Compiles the shop.
FROM golang:1.26 AS builder
WORKDIR /src
COPY . .
RUN go build -o /out/shop ./cmd/shop

# Unit tests, for CI.
FROM builder AS test
RUN go test ./...

FROM debian:trixie-slim AS final
COPY --from=bulider /src/config /etc/shop
COPY --from=builder /out/shop /usr/bin/shop
ENTRYPOINT ["/usr/bin/shop"]
