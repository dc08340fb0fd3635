FROM maven:3.9-eclipse-temurin-21
WORKDIR /app
COPY . .
RUN mvn -B package
RUN ./prepare.sh
EXPOSE 8080
CMD ["java", "-jar", "target/app.jar"]
