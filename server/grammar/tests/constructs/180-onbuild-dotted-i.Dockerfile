FROM alpine
ONBUİLD RUN <<EOF
echo a
EOF
USER a
