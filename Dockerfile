# Sluice with its datasets. In the container there is no PostgreSQL server:
# PG* names one. pipelines/compose.yaml brings one along.
#
#	docker build -t sluice .
#	docker run --rm -e PGHOST -e PGUSER -e PGPASSWORD -e WDN_BASE_URL \
#		-v sluice:/var/lib/sluice sluice wdn

FROM debian:bookworm-slim AS build
RUN apt-get update && apt-get install -y --no-install-recommends make
WORKDIR /src
COPY Makefile ./
COPY tests/deps tests/deps
RUN make deps-build
COPY tools tools
COPY man man
COPY pipelines pipelines
RUN make install DESTDIR=/out

FROM debian:bookworm-slim
COPY Makefile /src/
COPY tests/deps /src/tests/deps
RUN apt-get update \
	&& apt-get install -y --no-install-recommends make \
	&& make -C /src deps-run \
	&& apt-get purge -y make \
	&& rm -rf /src /var/lib/apt/lists/* \
	&& useradd --create-home --uid 1000 sluice \
	&& install -d -m 700 -o sluice -g sluice /var/lib/sluice
COPY --from=build /out/ /
USER sluice
ENV SLUICE_VAR=/var/lib/sluice
VOLUME /var/lib/sluice
ENTRYPOINT ["/usr/local/share/sluice/pipelines/run"]
CMD ["wdn"]
