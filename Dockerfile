FROM python:3.11-slim AS build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /src
RUN python -m venv /opt/dossier
ENV PATH=/opt/dossier/bin:$PATH

# What the project needs, apart from the project: a change of code does not fetch it all again.
# The second index has torch without CUDA, a tenth of the size; the version stays the locked one.
COPY pyproject.toml requirements.lock ./
RUN python -c "import tomllib; print(*tomllib.load(open('pyproject.toml', 'rb'))['project']['dependencies'], sep='\n')" \
        > requirements.txt \
    && pip install --extra-index-url https://download.pytorch.org/whl/cpu -c requirements.lock -r requirements.txt

COPY README.md LICENSE ./
COPY chunker chunker
COPY embeddings embeddings
COPY service service
COPY eval eval
RUN pip install --no-deps .


FROM python:3.11-slim
# Reads pages that are pictures; other languages come by a package each.
RUN apt-get update \
    && apt-get install -y --no-install-recommends tesseract-ocr tesseract-ocr-rus tesseract-ocr-deu \
    && rm -rf /var/lib/apt/lists/*
RUN useradd --uid 10001 --create-home --home-dir /home/dossier dossier \
    && install --directory --owner dossier --group dossier /data
COPY --from=build /opt/dossier /opt/dossier

# It listens to other machines, and so wants a key first (docker run --rm -v VOLUME:/data IMAGE keys create NAME
# --scope edit), or to be told what anybody may do: -e DOSSIER_WITHOUT_KEY=ask.
# The model comes with the installation: nothing is fetched while it runs.
ENV PATH=/opt/dossier/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    HF_HUB_OFFLINE=1 \
    DOSSIER_DATA=/data \
    DOSSIER_HOST=0.0.0.0 \
    DOSSIER_PORT=8000

USER 10001
WORKDIR /home/dossier
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=5s --start-period=20s --retries=4 \
    CMD ["python", "-c", "import os, urllib.request as r; r.urlopen(f'http://127.0.0.1:{os.environ[\"DOSSIER_PORT\"]}/health/live', timeout=4)"]
ENTRYPOINT ["dossier"]
CMD ["serve"]
