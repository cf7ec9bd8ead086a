/*
 * http: requests in flight, over libcurl's multi interface.
 *
 *	http_submit(h, &(struct http_request){.url = url}, data, why);
 *	while ((x = http_next(h, -1))) {
 *		...
 *		http_release(h, x);
 *	}
 *
 * An exchange is one request and all its attempts: it comes back answered
 * whole, or failed for good. retry.h decides on further attempts, pace.h when
 * one may go. Redirects are followed here, at most 10, over HTTP(S) only,
 * never from https to http, and without credentials to another origin. 303
 * makes a GET of any request (RFC 9110, section 15.4.4); 301 and 302, which
 * leave open whether the body is sent again, are followed by GET and HEAD only.
 *
 * When a stop was asked for (stop.h), requests in flight are finished and
 * nothing is started any more: the rest comes back as HTTP_STOPPED.
 *
 * A request that is to be made `once` is sent again only where it was surely
 * not carried out. libcurl would send it a second time by itself, when a kept
 * connection ends before the answer begins; it is kept from that. No redirect
 * is followed. The first attempt is made also when a stop was asked for.
 *
 * No function ends the process. An exchange and what it holds belong to the
 * engine; between http_next and http_release the caller may read it.
 */
#ifndef SLUICE_HTTP_H
#define SLUICE_HTTP_H

#include <curl/curl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "api.h"
#include "buf.h"
#include "cassette.h"
#include "pace.h"
#include "retry.h"

struct http;

struct http_limits {
	struct retry_limits retry;
	double max_time;        /* seconds for one attempt; 0: no limit */
	double connect_timeout; /* seconds; 0: libcurl's 300 */
	double speed_time;      /* seconds below speed_limit; 0: no limit */
	uint64_t speed_limit;   /* bytes per second */
	uint64_t max_body;      /* bytes, decompressed */
	struct pace_rate rate;
	const char *cacert; /* PEM file, or NULL */
	const char *netrc;  /* file of users and passwords, or NULL */
	bool homeless;      /* header fields with credentials are refused */
	bool ordered; /* http_next gives exchanges as they were submitted */
	const struct api_statuses *accept; /* answers too, beside 2xx */
	void (*on_wait)(void);             /* called before a wait, or NULL */
	struct cassette *cassette;         /* or NULL; http_free closes it */
};

enum http_is {
	HTTP_ANSWERED, /* 2xx, or a status of `accept` */
	HTTP_DENIED,   /* 401, 403, 407 */
	HTTP_REFUSED,  /* failed, and would again */
	HTTP_GAVE_UP,  /* failed, but may work later */
	HTTP_STOPPED   /* by a signal, before it was answered */
};

/* Statuses, with a text that the body has to have: nothing was done. */
struct http_declared {
	struct api_statuses status;
	const char *text; /* NULL: any body */
};

/*
 * `500,503` or `500,503:Sorry!`: adds to the list; NULL, or why it is bad.
 * The text has to outlive it.
 */
const char *http_declare(struct http_declared **, size_t *n, const char *text);
void http_declared_free(struct http_declared *, size_t n);

/*
 * What is asked for. All of it is copied, but for what `declared` points to,
 * and a body that is `lent`: that stays as it is until http_release.
 */
struct http_request {
	const char *url;
	const char *home;   /* whose origin credentials go to; NULL: url's */
	const char *method; /* NULL: GET, or POST where there is a body */
	const char *body;   /* NULL: none */
	size_t len;
	bool lent;
	const char *type;  /* its Content-Type, unless http_header gave one */
	const char *field; /* a header field of its own, or NULL */
	bool once;         /* it does something: it must not be made twice */
	const struct http_declared *declared; /* for `once` */
	size_t ndeclared;
};

struct http_exchange {
	struct buf url;    /* as submitted */
	struct buf method; /* GET, POST, ... */
	struct buf at;     /* where redirects led, at first the url */
	void *data;        /* the caller's */

	enum http_is is;
	bool unknown; /* GAVE_UP on what was to be made once and may be done */
	struct buf why;      /* why it failed, a sentence; empty if ANSWERED */
	long status;         /* the last one seen; 0: none */
	const char *version; /* of HTTP: "1.1", "2"; "": no answer */
	struct buf head;     /* the answer's header fields, as lines */
	struct buf body;
	uint64_t attempts;
	uint64_t limited; /* of them, refused by a limit of the server's */
	uint64_t
	    bytes; /* of bodies, as they came over the wire, all attempts */
	/* Of the last attempt, in milliseconds from its start. */
	double dns_ms, connect_ms, tls_ms, ttfb_ms, total_ms;
	double wait_ms; /* for the server and for the pace, all together */

	/* Of the last attempt, too; httpwire.h fills it all. */
	struct buf redirect; /* the URL that it leads to; empty: none */
	char error[CURL_ERROR_SIZE];
	bool too_long;       /* over max_body */
	bool no_such_host;   /* the name is known not to exist */
	unsigned sent;       /* how often libcurl began to send it */
	double elapsed;      /* seconds from the first one's beginning */
	double jitter;       /* random, from 0 to under 1 */
	double clock;        /* when it ended, in seconds since 1970 */
	struct buf recorded; /* when it was, if it is replayed; else empty */

	/* the module's own */
	const struct http_limits *limits;
	struct buf request;  /* its body, unless that is lent */
	const char *content; /* the same, in any case */
	size_t content_len;
	bool has_body, once;
	struct buf type, field;
	struct curl_slist *header; /* what is sent, where it is not shared */
	const struct http_declared *declared;
	size_t ndeclared;
	CURL *easy;
	enum { HTTP_WAITING, HTTP_RUNNING, HTTP_FINISHED } state;
	struct buf home;   /* the origin that credentials go to */
	struct buf origin; /* that of `at` */
	bool foreign;      /* they differ */
	bool gets;         /* a redirect made a GET of it */
	struct pace *pace; /* of `origin` */
	bool busy;         /* it takes one of the slots */
	bool reserved;     /* it has its turn in the pace */
	int64_t turn;      /* when that is, by the pace's clock */
	unsigned hops;     /* redirects in this attempt */
	double ready;      /* when it may go */
	double first;      /* when its first attempt began; 0: not yet */
	double began;      /* when this attempt began */
	double waits;      /* since when it waits; 0: it does not */
	struct cassette_take take;
};

/* slots: requests at once. NULL if libcurl cannot be set up. */
struct http *http_new(const struct http_limits *, size_t slots);
void http_free(struct http *);

/*
 * A header field for every request, "Name: value"; it takes the place of an
 * earlier one of that name. False if it is none, or refused. The value of a
 * field that carries credentials is a secret from here on.
 */
bool http_header(struct http *, const char *line, struct buf *why);

/* May another request be submitted? At most twice the slots are held. */
bool http_room(const struct http *);

/* Is any exchange under way, or finished and not handed out yet? */
bool http_busy(const struct http *);

/* False, with *why, if url or home are no URLs. */
bool http_submit(
    struct http *, const struct http_request *, void *data, struct buf *why);

/* Lets what was submitted go on, as far as that takes no waiting. */
void http_push(struct http *);

/*
 * Waits for a finished exchange. NULL when none is under way, and, where fd
 * is not -1, as soon as fd can be read.
 */
struct http_exchange *http_next(struct http *, int fd);
/* Breaks off all that was submitted and not handed out. */
void http_forget(struct http *);
void http_release(struct http *, struct http_exchange *);

/* Appends `: ` and the first bytes of the body, on one line; or nothing. */
void http_excerpt(struct buf *, const struct http_exchange *);

/* Walks the header fields of the answer: false at the end. */
struct http_field {
	const char *name, *value;
	size_t nlen, vlen;
};
bool http_field(const struct http_exchange *, size_t *at, struct http_field *);

#endif
