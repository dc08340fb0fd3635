# Stands in for tomcat:10.1-jre21.
FROM eclipse-temurin:21-jre
RUN apt-get update \
    && apt-get install -y --no-install-recommends tomcat10 \
    && cp -rL /usr/share/tomcat10 /usr/local/tomcat \
    && cp -rL /etc/tomcat10 /usr/local/tomcat/conf \
    && mkdir -p /usr/local/tomcat/webapps /usr/local/tomcat/logs /usr/local/tomcat/temp /usr/local/tomcat/work
ENV CATALINA_HOME=/usr/local/tomcat
ENV PATH=$CATALINA_HOME/bin:$PATH
WORKDIR $CATALINA_HOME
ENTRYPOINT []
EXPOSE 8080
CMD ["catalina.sh", "run"]
