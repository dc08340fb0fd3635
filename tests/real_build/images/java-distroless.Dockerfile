# Stands in for gcr.io/distroless/java21-debian13:nonroot.
FROM eclipse-temurin:21-jre AS files
RUN java=$(readlink -f /opt/java/openjdk) \
    && mkdir -p /files/usr/bin \
    && cp -a --parents "$java" /etc/java-21-openjdk /etc/ssl/certs/java /files \
    && find "$java" -type f \( -name '*.so' -o -path '*/bin/*' \) -exec ldd {} + \
        | sed -nE 's#.*[[:space:]](/(usr/)?lib[^ ]*/[^ ]+) .*#\1#p' | grep -v "^$java" | sort -u \
        | xargs cp -L --parents -t /files \
    && ln -s "$java/bin/java" /files/usr/bin/java

FROM gcr.io/distroless/static-debian13:nonroot
COPY --from=files /files/ /
ENV LANG=C.UTF-8 JAVA_HOME=/usr/lib/jvm/java-21-openjdk-amd64
ENTRYPOINT ["/usr/bin/java", "-jar"]
