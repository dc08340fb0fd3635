# Stands in for ruby:3.3-slim-trixie.
FROM debian:trixie-slim
RUN apt-get update \
    && apt-get install -y --no-install-recommends bundler ca-certificates ruby tzdata
ENV LANG=C.UTF-8 GEM_HOME=/usr/local/bundle BUNDLE_SILENCE_ROOT_WARNING=1 BUNDLE_APP_CONFIG=/usr/local/bundle
ENV PATH=$GEM_HOME/bin:$PATH
RUN mkdir -p "$GEM_HOME"
CMD ["irb"]
