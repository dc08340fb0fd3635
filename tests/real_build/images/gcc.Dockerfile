# Stands in for gcc:14-trixie.
FROM debian:trixie-slim
RUN apt-get update \
    && apt-get install -y --no-install-recommends g++ gcc libc6-dev make
