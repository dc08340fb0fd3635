# Stands in for node:24.19-trixie. Npm finds the packages of the Next application, too.
FROM node:24-trixie
COPY npm-cache /root/.npm
