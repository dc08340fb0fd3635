# Stands in for python:3.13-trixie. Pip finds the wheels that the applications ask for, without a network.
FROM python:3.13-slim-trixie
RUN apt-get update \
    && apt-get install -y --no-install-recommends g++ gcc libc6-dev make python3-dev
COPY wheels /opt/wheels
RUN printf '[global]\nno-index = true\nfind-links = /opt/wheels\n' >/etc/pip.conf
