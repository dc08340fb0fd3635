FROM alpine
ENV a=${A-\}b
ENV b=\c d=e
ENV f=${G-\ }
ARG h=\ 
USER a
