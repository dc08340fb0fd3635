# Stands in for node:24-trixie-slim. Node itself is the one of tests/setup/node.
FROM debian:trixie-slim
COPY node /usr/local
RUN ln -s node /usr/local/bin/nodejs \
    && useradd --uid 1000 --user-group --create-home node \
    && printf '#!/bin/sh\nexec "$@"\n' >/usr/local/bin/docker-entrypoint.sh \
    && chmod +x /usr/local/bin/docker-entrypoint.sh
ENTRYPOINT ["docker-entrypoint.sh"]
CMD ["node"]
