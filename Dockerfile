# One image for web and worker. The database is another container, or any Postgres 15 to 18.
FROM python:3.11-slim-bookworm

WORKDIR /srv/preferendum
COPY requirements.lock pyproject.toml README.md LICENSE ./
RUN pip install --no-cache-dir --require-hashes -r requirements.lock
COPY app ./app
COPY migrations ./migrations
COPY templates ./templates
COPY static ./static
RUN pip install --no-cache-dir --no-deps --editable . \
 && useradd --system --create-home --home-dir /var/lib/preferendum preferendum
USER preferendum
ENV PREFERENDUM_DATA_DIR=/var/lib/preferendum PREFERENDUM_LOG_FORMAT=json
EXPOSE 8000
CMD ["preferendum", "serve", "--host", "0.0.0.0"]
