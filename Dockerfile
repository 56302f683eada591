# Factotum in an image with nothing else in it: one static binary, settings, knowledge. `scripts/try-image` builds and tries it.
#
# Static with glibc, not musl: the compiler's own target serves, with no second one to fetch; and its allocator keeps its pace with
# several threads. glibc looks names up in /etc/hosts and through DNS without loading a library, and that is all a container needs.

FROM docker.io/library/rust:1.95-slim-bookworm AS build
# How many processes compile at once; empty for as many as there are processors.
ARG JOBS=
# The flags are for this target alone: what runs during the build (build scripts, macros) cannot be static.
ENV CARGO_BUILD_TARGET=x86_64-unknown-linux-gnu \
    CARGO_TARGET_X86_64_UNKNOWN_LINUX_GNU_RUSTFLAGS="-C target-feature=+crt-static" \
    CARGO_TARGET_DIR=/build/target
WORKDIR /build

# The dependencies, in a layer of their own: it is built again only when the manifests change. Cargo wants every target that the
# manifest names to exist. A build script that does nothing brings its dependencies along.
COPY Cargo.toml Cargo.lock ./
COPY crates/built-in/Cargo.toml crates/built-in/
COPY crates/core/Cargo.toml crates/core/
COPY crates/curator/Cargo.toml crates/curator/
COPY crates/discord/Cargo.toml crates/discord/
COPY crates/service/Cargo.toml crates/service/
RUN mkdir -p src benches tests/discord \
 && benches=$(sed -n '/^\[\[bench\]\]$/,/^$/s/^name = "\(.*\)"$/benches\/\1.rs/p' Cargo.toml) \
 && echo 'fn main() {}' | tee crates/built-in/build.rs src/main.rs tests/main.rs tests/discord/main.rs $benches >/dev/null \
 && for crate in crates/*; do mkdir -p "$crate/src" && touch "$crate/src/lib.rs"; done \
 && cargo build --locked --profile image --bin factotum ${JOBS:+--jobs "$JOBS"}

# The program; the build script checks and learns the built-in record. Cargo goes by a file's age, so the stand-ins have to be older.
COPY knowledge knowledge
COPY crates crates
COPY src src
RUN touch crates/built-in/build.rs crates/*/src/lib.rs src/main.rs \
 && cargo build --locked --profile image --bin factotum ${JOBS:+--jobs "$JOBS"}

# What the image has in it. Settings are the usual ones, and the record is read from the folder, so that another one can be put there.
COPY bot.toml LICENSE ./
RUN mkdir -p /image/etc/factotum /image/etc/ssl/certs /image/licences /cache \
 && cp target/x86_64-unknown-linux-gnu/image/factotum /image/factotum \
 && cp -r knowledge /image/etc/factotum/knowledge \
 && sed 's/^#knowledge = "knowledge"$/knowledge = "knowledge"/' bot.toml > /image/etc/factotum/bot.toml \
 && grep -q '^knowledge = "knowledge"$' /image/etc/factotum/bot.toml \
 && cp /etc/ssl/certs/ca-certificates.crt /image/etc/ssl/certs/ \
 && cp LICENSE crates/core/assets/LICENSE-* /image/licences/ \
 && chmod -R u=rwX,go=rX /image

FROM scratch
ARG REVISION=unknown
LABEL org.opencontainers.image.title="Factotum" \
      org.opencontainers.image.description="Answers questions from a curated, cited fact base, and says so when something is not on record" \
      org.opencontainers.image.version="0.1.0" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.licenses="MIT AND Apache-2.0"
COPY --from=build /image /
# For `cache_dir`: a volume that is mounted here begins as the user's own.
COPY --from=build --chown=65532:65532 /cache /cache
# The folder of the settings: `bot.toml` is looked for where the program runs. To be replaced by mounts: bot.toml and knowledge/ in it.
WORKDIR /etc/factotum
# "Nobody", by the number that distroless images use. No name: there is no /etc/passwd.
USER 65532:65532
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=10s --retries=3 CMD ["/factotum", "healthcheck"]
ENTRYPOINT ["/factotum"]
CMD ["run"]
