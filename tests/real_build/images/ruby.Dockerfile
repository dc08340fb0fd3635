# Stands in for ruby:3.3-trixie. Bundler finds the gem that the application asks for, without a network.
FROM ruby:3.3-slim-trixie
RUN apt-get update \
    && apt-get install -y --no-install-recommends curl g++ gcc git libc6-dev make ruby-dev
COPY gem /tmp/gem
RUN mkdir /opt/gems && cd /tmp/gem && gem build --output /opt/gems/hello-native-1.0.gem hello-native.gemspec \
    && rm -rf /tmp/gem
ENV BUNDLE_CACHE_PATH=/opt/gems
