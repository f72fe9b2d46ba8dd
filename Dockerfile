# poolpower as a container: `docker build -t poolpower .`
#
#   docker run -v poolpower-state:/var/lib/poolpower -v /etc/poolpower:/etc/poolpower:ro poolpower

FROM python:3.13-slim AS build
WORKDIR /src
# What changes least first: a change of the source alone installs no requirement again.
COPY requirements/run.txt requirements/build.txt requirements/
RUN python -m venv /opt/build \
 && /opt/build/bin/pip install --no-cache-dir --require-hashes -r requirements/build.txt \
 && python -m venv /opt/poolpower \
 && /opt/poolpower/bin/pip install --no-cache-dir --require-hashes -r requirements/run.txt
COPY pyproject.toml README.md LICENSE ./
COPY daemon daemon
RUN /opt/build/bin/hatchling build --target wheel --directory /wheel \
 && /opt/poolpower/bin/pip install --no-cache-dir --no-index --no-deps /wheel/*.whl

FROM python:3.13-slim
# The same path as it was built at: the environment's scripts name their interpreter by it.
COPY --from=build /opt/poolpower /opt/poolpower
# Folders that the numeric user owns, so that a fresh named volume is writable to it.
RUN install -d -m 0750 -o 10001 -g 10001 /var/lib/poolpower /run/poolpower /etc/poolpower
# The last two as systemd would say it: where the ledger is, and the control socket.
ENV PATH=/opt/poolpower/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    STATE_DIRECTORY=/var/lib/poolpower \
    RUNTIME_DIRECTORY=/run/poolpower
# A number, so that an orchestrator can see that it is not root without reading /etc/passwd.
USER 10001:10001
WORKDIR /var/lib/poolpower
VOLUME /var/lib/poolpower
STOPSIGNAL SIGTERM
# One line and an exit code; through the control socket, so no port is needed.
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s CMD ["poolpower", "health"]
ENTRYPOINT ["poolpower"]
CMD ["run"]
