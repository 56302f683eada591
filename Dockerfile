# An image with nothing but Factotum: one static binary, its settings and its knowledge base. `scripts/try-image` builds and tests it.
#
# The binary is linked statically with glibc, not musl: this needs no second target, and the allocator stays fast with several threads.
# A static glibc resolves names through /etc/hosts and DNS, which is all that a container needs.

FROM docker.io/library/rust:1.95-slim-bookworm AS build
# How many processes compile at once; if empty, one per processor.
ARG JOBS=
# The flags apply to the target only, which is that of the machine that builds: build scripts and macros cannot be static.
ENV CARGO_TARGET_X86_64_UNKNOWN_LINUX_GNU_RUSTFLAGS="-C target-feature=+crt-static" \
    CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_RUSTFLAGS="-C target-feature=+crt-static" \
    CARGO_TARGET_DIR=/build/target
WORKDIR /build

# The dependencies, in a layer of their own that is rebuilt only when a manifest changes. Cargo requires every target that a manifest
# names, so there are empty stand-ins. An empty build script makes cargo build its dependencies.
COPY Cargo.toml Cargo.lock ./
COPY crates/built-in/Cargo.toml crates/built-in/
COPY crates/core/Cargo.toml crates/core/
COPY crates/curator/Cargo.toml crates/curator/
COPY crates/desk/Cargo.toml crates/desk/
COPY crates/discord/Cargo.toml crates/discord/
COPY crates/journal/Cargo.toml crates/journal/
COPY crates/service/Cargo.toml crates/service/
COPY crates/wording/Cargo.toml crates/wording/
RUN mkdir -p src benches tests/discord crates/core/benches crates/curator/benches crates/journal/benches \
 && benches=$(sed -n '/^\[\[bench\]\]$/,/^$/s/^name = "\(.*\)"$/benches\/\1.rs/p' Cargo.toml) \
 && echo 'fn main() {}' | tee crates/built-in/build.rs crates/core/benches/encoder.rs crates/curator/benches/condense.rs crates/journal/benches/million.rs src/main.rs tests/main.rs tests/discord/main.rs $benches >/dev/null \
 && for crate in crates/*; do mkdir -p "$crate/src" && touch "$crate/src/lib.rs"; done \
 && cargo build --locked --profile image --target "$(uname -m)-unknown-linux-gnu" --bin factotum ${JOBS:+--jobs "$JOBS"}

# The program. The build script checks the built-in knowledge base and trains on it. Cargo goes by modification times, hence `touch`.
COPY knowledge knowledge
COPY crates crates
COPY src src
COPY bot.toml LICENSE ./
RUN touch crates/built-in/build.rs crates/*/src/lib.rs src/main.rs \
 && cargo build --locked --profile image --target "$(uname -m)-unknown-linux-gnu" --bin factotum ${JOBS:+--jobs "$JOBS"}

# The content of the image: the default settings, except that the knowledge base is read from a folder, so that it can be replaced.
RUN mkdir -p /image/etc/factotum /image/etc/ssl/certs /image/licences /cache \
 && cp "target/$(uname -m)-unknown-linux-gnu/image/factotum" /image/factotum \
 && cp -r knowledge /image/etc/factotum/knowledge \
 && sed 's/^#knowledge = "knowledge"$/knowledge = "knowledge"/' bot.toml > /image/etc/factotum/bot.toml \
 && grep -q '^knowledge = "knowledge"$' /image/etc/factotum/bot.toml \
 && cp /etc/ssl/certs/ca-certificates.crt /image/etc/ssl/certs/ \
 && cp LICENSE crates/core/assets/LICENSE-* /image/licences/ \
 && chmod -R u=rwX,go=rX /image

FROM scratch
ARG REVISION=unknown
LABEL org.opencontainers.image.title="Factotum" \
      org.opencontainers.image.description="Answers questions from a curated knowledge base with cited sources, and says so when an answer is not on record" \
      org.opencontainers.image.version="0.1.0" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.licenses="MIT AND Apache-2.0"
COPY --from=build /image /
# For `cache_dir`: a volume mounted here belongs to the user at first.
COPY --from=build --chown=65532:65532 /cache /cache
# The program reads `bot.toml` from its working directory. Mount your own bot.toml and knowledge/ here.
WORKDIR /etc/factotum
# The id of "nonroot" in distroless images. It has no name here: there is no /etc/passwd.
USER 65532:65532
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=10s --retries=3 CMD ["/factotum", "healthcheck"]
ENTRYPOINT ["/factotum"]
CMD ["run"]
