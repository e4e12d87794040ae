# The command line and the app.
#
#   docker build -t stylenets --build-arg TORCH_INDEX=URL .
#   docker run --rm --read-only --tmpfs /tmp -p 127.0.0.1:7860:7860 stylenets
#   docker run --rm --read-only --tmpfs /tmp -v "$PWD:/work" stylenets \
#     stylenets-infer photo.jpg swirl out=/work/swirl.png
FROM python:3.13-slim

ENV PIP_NO_CACHE_DIR=1 \
    PIP_DISABLE_PIP_VERSION_CHECK=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1

# torch first: a change of the project does not fetch it again. URL is the index of wheels without
# CUDA that pytorch.org names, for a tenth of the size; without it pip takes what it takes anywhere
ARG TORCH_INDEX
# hadolint ignore=DL3013  # pyproject.toml says which versions will do
RUN pip install ${TORCH_INDEX:+--index-url "$TORCH_INDEX"} "torch>=2.11" "torchvision>=0.26"

WORKDIR /src
COPY pyproject.toml README.md LICENSE ./
COPY conf conf
COPY src src
# hadolint ignore=DL3013
RUN pip install ".[app,video]" && rm -rf /src

# no files of its own, and nothing that it may write to but /tmp and what is mounted
RUN useradd --uid 10001 --no-create-home --home-dir /tmp stylenets
USER 10001
ENV HOME=/tmp \
    STYLENETS_CACHE=/tmp/stylenets
WORKDIR /work

EXPOSE 7860
# within a container all addresses are its own: -p says who may connect
CMD ["stylenets-app", "host=0.0.0.0", "runs=/work/outputs"]
