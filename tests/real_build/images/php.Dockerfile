# Stands in for php:8.4-cli. It has the libraries that Debian's Composer loads, because that is no single file.
FROM debian:trixie-slim
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates composer curl g++ gcc libc6-dev make xz-utils \
    && rm /usr/bin/composer
CMD ["php", "-a"]
