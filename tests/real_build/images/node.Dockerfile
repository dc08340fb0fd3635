# Stands in for node:24-trixie. Npm finds the packages that the applications ask for, without a network.
FROM node:24-trixie-slim
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates g++ gcc libc6-dev make python3
COPY npm-cache /root/.npm
COPY npmrc /usr/local/etc/npmrc
