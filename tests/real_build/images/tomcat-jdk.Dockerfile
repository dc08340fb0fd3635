# Stands in for tomcat:10.1-jdk21.
FROM tomcat:10.1-jre21
RUN apt-get update \
    && apt-get install -y --no-install-recommends binutils openjdk-21-jdk-headless
