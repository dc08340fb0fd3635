# Stands in for eclipse-temurin:21-jre eclipse-temurin:21.0.2_13-jre-jammy.
FROM debian:trixie-slim
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates curl openjdk-21-jre-headless tzdata wget \
    && mkdir -p /opt/java \
    && ln -s /usr/lib/jvm/java-21-openjdk-* /opt/java/openjdk \
    && printf '#!/bin/sh\nexec "$@"\n' >/__cacert_entrypoint.sh \
    && chmod +x /__cacert_entrypoint.sh
ENV JAVA_HOME=/opt/java/openjdk LANG=C.UTF-8
ENV PATH=$JAVA_HOME/bin:$PATH
ENTRYPOINT ["/__cacert_entrypoint.sh"]
