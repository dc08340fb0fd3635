# Stands in for gcr.io/distroless/static-debian13:nonroot.
FROM debian:trixie-slim AS files
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates tzdata \
    && mkdir -p /static/etc/ssl/certs /static/home/nonroot /static/tmp /static/usr/share \
    && cp /etc/ssl/certs/ca-certificates.crt /static/etc/ssl/certs/ \
    && cp -r /usr/share/zoneinfo /static/usr/share/ \
    && printf 'root:x:0:0:root:/root:/sbin/nologin\nnonroot:x:65532:65532:nonroot:/home/nonroot:/sbin/nologin\n' \
        >/static/etc/passwd \
    && printf 'root:x:0:\nnonroot:x:65532:\n' >/static/etc/group \
    && chown 65532:65532 /static/home/nonroot \
    && chmod 1777 /static/tmp

FROM scratch
COPY --from=files /static /
ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt
USER 65532
WORKDIR /home/nonroot
