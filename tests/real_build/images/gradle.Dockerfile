# Stands in for gradle:8.10-jdk21. It is Debian's Gradle, an old one that needs no network for plain Java.
FROM eclipse-temurin:21-jdk
RUN apt-get update \
    && apt-get install -y --no-install-recommends gradle \
    && useradd --create-home --uid 1000 gradle
ENV GRADLE_HOME=/usr/share/gradle
WORKDIR /home/gradle
CMD ["gradle"]
