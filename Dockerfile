# The command line and the app.
#
#   docker build -t stylenets .
#   docker run --rm --read-only --tmpfs /tmp -p 127.0.0.1:7860:7860 stylenets
#   docker run --rm --read-only --tmpfs /tmp -v "$PWD:/work" stylenets \
#     stylenets-infer photo.jpg swirl out=/work/swirl.png
FROM python:3.13-slim

ENV PIP_NO_CACHE_DIR=1 \
    PIP_DISABLE_PIP_VERSION_CHECK=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1

# torch first, without CUDA: a tenth of the size; a change of the project does not fetch it again
ARG TORCH_INDEX=https://download.pytorch.org/whl/cpu
# hadolint ignore=DL3013  # pyproject.toml says which versions will do
RUN pip install --index-url "$TORCH_INDEX" "torch>=2.11" "torchvision>=0.26"

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
