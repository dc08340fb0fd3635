# Stands in for node:24.19-trixie-slim.
FROM node:24-trixie-slim
