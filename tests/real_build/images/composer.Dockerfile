# Stands in for composer:2.
FROM php:8.4-cli
RUN apt-get update \
    && apt-get install -y --no-install-recommends git unzip \
    && apt-get install -y --no-install-recommends --reinstall composer
WORKDIR /app
CMD ["composer"]
