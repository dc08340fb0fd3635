FROM alpine Aſ b
USER a
