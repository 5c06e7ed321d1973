# vuemo in a container. NOT TRIED: there was no container engine where this was written.
#
#     docker build -t vuemo .
#     docker run --rm -v "$PWD:/data" vuemo validate iemocap.h5

FROM swift:6.3-bookworm AS build
RUN apt-get update && apt-get install -y --no-install-recommends \
    build-essential libhdf5-dev libopenblas-dev libpython3-dev pkg-config python3 zlib1g-dev
COPY . /vuemo
WORKDIR /vuemo
RUN scripts/dist

FROM debian:12-slim
RUN --mount=from=build,source=/vuemo/dist,target=/dist \
    apt-get update && apt-get install -y --no-install-recommends /dist/vuemo_*.deb && rm -rf /var/lib/apt/lists/*
WORKDIR /data
ENTRYPOINT ["vuemo"]
