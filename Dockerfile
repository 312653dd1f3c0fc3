# One image for gateway, panel, worker and beat. `docker build -t clawpanel .`
FROM python:3.13-slim-bookworm

RUN useradd --system --uid 10001 --user-group --home-dir /data panel \
    && for folder in /data /data/run /data/spool /data/static /data/jobs /keys/serving /keys/content /keys/signing; do \
         install -d -o panel -g panel -m 0700 "$folder"; done

WORKDIR /app
COPY requirements.txt ./
RUN pip install --no-cache-dir --disable-pip-version-check --require-hashes --only-binary :all: -r requirements.txt
COPY . .

ENV PANEL_DATA_DIR=/data \
    PANEL_BIND=0.0.0.0 \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1
USER panel
EXPOSE 8000
ENTRYPOINT ["python", "manage.py"]
CMD ["up"]
