# One image for web, worker and migration: the command decides (compose.yaml shows all three).

FROM python:3.12-slim-bookworm AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PYTHONDONTWRITEBYTECODE=1
RUN python -m venv /venv
COPY config/requirements.lock /tmp/
# Every file is known by its hash, and nothing is compiled here.
RUN /venv/bin/pip install --no-cache-dir --require-hashes --only-binary :all: -r /tmp/requirements.lock \
    && /venv/bin/pip uninstall --yes pip
WORKDIR /app
COPY . .
# Values of this one step, signing nothing: collecting files needs settings that load.
RUN SECRET_KEY=collectstatic-signs-nothing-and-this-value-stays-in-the-build \
    PUBLIC_BASE_URL=https://build.invalid \
    STRIPE_SECRET_KEY=unused STRIPE_WEBHOOK_SECRET=unused COLLECT_STATIC=on \
    /venv/bin/python manage.py collectstatic --no-input --verbosity 0 \
    --ignore '*.rtl.css' --ignore '*.rtl.css.map' --ignore 'bootstrap-*' --ignore '*.esm*' --ignore 'jquery*' --ignore 'htmax*' --ignore gis \
    && /venv/bin/python -m compileall -q -x '/static/' /app /venv/lib

FROM python:3.12-slim-bookworm
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 WEB_BIND=0.0.0.0:8000
RUN useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin tally
COPY --from=build /venv /venv
COPY --from=build /app /app
WORKDIR /app
# The code belongs to root; the shop may write to var: pictures and the simulator (volumes), and, where no provider is set, mail.
RUN mkdir -p var/media var/private var/mail var/simulator \
    && chown tally: var var/media var/private var/mail var/simulator
USER tally
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=12s --start-period=30s --retries=3 CMD ["python", "-m", "config.healthcheck"]
CMD ["gunicorn", "--config", "config/gunicorn.py"]
