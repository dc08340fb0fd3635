FROM alpine
CMD [1e400]
SHELL ["a", {"b": 1e999}]
USER a
