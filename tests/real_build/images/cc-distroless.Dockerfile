# Stands in for gcr.io/distroless/cc-debian13:nonroot gcr.io/distroless/base-debian13:nonroot.
FROM gcc:14-trixie AS files
RUN printf 'int main() { return 0; }' | g++ -x c++ -Wl,--no-as-needed -lm -lpthread -ldl - -o /tmp/program \
    && ldd /tmp/program | sed -nE 's#.*[[:space:]](/(usr/)?lib[^ ]*/[^ ]+) .*#\1#p' | xargs cp -L --parents -t "$(mkdir /files && echo /files)"

FROM gcr.io/distroless/static-debian13:nonroot
COPY --from=files /files/ /
