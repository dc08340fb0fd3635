# Stands in for maven:3.9-eclipse-temurin-21. Maven finds Debian's own plugins and libraries, without a network.
FROM eclipse-temurin:21-jdk
RUN apt-get update \
    && apt-get install -y --no-install-recommends junit4 libmaven-clean-plugin-java libmaven-compiler-plugin-java \
        libmaven-install-plugin-java libmaven-jar-plugin-java libmaven-resources-plugin-java libsurefire-java maven \
    && printf '<settings>\n<offline>true</offline>\n<localRepository>/usr/share/maven-repo</localRepository>\n</settings>\n' \
        >/etc/maven/settings.xml \
    && printf '#!/bin/sh\nexec "$@"\n' >/usr/local/bin/mvn-entrypoint.sh \
    && chmod +x /usr/local/bin/mvn-entrypoint.sh
ENV MAVEN_HOME=/usr/share/maven MAVEN_CONFIG=/root/.m2
ENTRYPOINT ["/usr/local/bin/mvn-entrypoint.sh"]
CMD ["mvn"]
