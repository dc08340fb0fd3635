# Stands in for eclipse-temurin:21-jdk eclipse-temurin:21.0.2_13-jdk-jammy.
FROM eclipse-temurin:21-jre
RUN apt-get update \
    && apt-get install -y --no-install-recommends binutils openjdk-21-jdk-headless unzip
CMD ["jshell"]
