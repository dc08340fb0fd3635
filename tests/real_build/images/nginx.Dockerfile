# Stands in for nginx:stable-alpine.
FROM debian:trixie-slim
RUN apt-get update \
    && apt-get install -y --no-install-recommends nginx-light \
    && mkdir -p /etc/nginx/conf.d /usr/share/nginx/html \
    && printf 'server {\n  listen 80;\n  root /usr/share/nginx/html;\n}\n' >/etc/nginx/conf.d/default.conf \
    && printf '%s\n' 'events {}' 'http {' '  include mime.types;' '  include conf.d/*.conf;' '}' >/etc/nginx/nginx.conf \
    && ln -sf /dev/stdout /var/log/nginx/access.log \
    && ln -sf /dev/stderr /var/log/nginx/error.log
EXPOSE 80
CMD ["nginx", "-g", "daemon off;"]
