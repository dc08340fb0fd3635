# Stands in for golang:1.24-trixie.
FROM debian:trixie-slim
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates gcc golang-1.24-go libc6-dev \
    && ln -s /usr/lib/go-1.24 /usr/local/go \
    && mkdir -p /go/src /go/bin
ENV GOTOOLCHAIN=local GOPATH=/go
ENV PATH=$GOPATH/bin:/usr/local/go/bin:$PATH
WORKDIR $GOPATH
