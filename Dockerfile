# dino-bridge, and dino-publish to try it.
#
#   docker build --tag dino-bridge .
#
# It listens at [::]:50051, which is every IPv4 and IPv6 address, so it starts only if it is told who
# may call: auth-keys-file, tls-client-ca-file or allow-anonymous.

# Debian sid with experimental, of which gRPC and protobuf are taken: the only gRPC of Debian with the
# fixes of 2023 and later (SECURITY.md). Neither has security updates by a team: what is fixed comes
# with the next version, so build the image anew every few weeks. Debian 13 works too, and is kept up
# until August 2028 (June 2030 by LTS), 12 until June 2028 by LTS, but both with gRPC 1.51:
#
#   docker build --build-arg BASE=docker.io/library/debian:trixie-slim .
#
# With --platform linux/arm64 it is cross-compiled on another machine, without emulation. The buildah and
# podman of Debian 12 also need --build-arg BUILDPLATFORM=linux/amd64 for that.
ARG BASE=docker.io/library/debian:experimental

FROM --platform=$BUILDPLATFORM ${BASE} AS build
ARG TARGETARCH
WORKDIR /source
COPY deploy/install-packages.sh deploy/
RUN deploy/install-packages.sh --for "$TARGETARCH" build
COPY . .
RUN --mount=type=cache,target=/root/.cache/ccache \
    preset=release && \
    if [ "$TARGETARCH" != "$(dpkg --print-architecture)" ]; then preset=release-$TARGETARCH; fi && \
    cmake --preset $preset && \
    cmake --build --preset $preset --target dino-bridge dino-publish && \
    deploy/image-root.sh /image build/$preset/bin/dino-bridge build/$preset/bin/dino-publish

# No shell, no package manager and nothing else that the programs do not need.
FROM scratch
COPY --from=build /image/ /

ARG VERSION=0.1.0
ARG REVISION=
ARG CREATED=
ARG SOURCE=
LABEL org.opencontainers.image.title="dino-bridge" \
      org.opencontainers.image.description="Carries chat events from gRPC backends to the MQTT v5 topics of their recipients." \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.created="${CREATED}" \
      org.opencontainers.image.source="${SOURCE}"

USER 65532:65532
ENV PATH=/usr/local/bin DINO_GRPC_ADDRESS=[::]:50051
EXPOSE 50051 8080
HEALTHCHECK --interval=10s --timeout=5s --start-period=10s CMD ["dino-bridge", "health"]
ENTRYPOINT ["dino-bridge"]
