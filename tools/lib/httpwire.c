/* httpwire: attempts on their way, over libcurl's multi interface. */
#include "httpwire.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "httpxfer.h"
#include "stop.h"

enum {
	POLL_MS = 500, /* a stop is seen so late while libcurl polls */
	AT_ONCE_MS = 1
};

/*
 * libcurl brings GnuTLS along for its LDAP and RTMP, which are never used
 * here. When it is loaded, GnuTLS sets itself up, unless the program has this
 * function and says so by it (gnutls.h, GNUTLS_SKIP_GLOBAL_INIT); whoever uses
 * it later does that first. It was a tenth of the time of a start.
 */
int _gnutls_global_init_skip(void);

int
_gnutls_global_init_skip(void)
{
	return 1;
}

bool
httpwire_init(struct httpwire *w, size_t slots, struct cassette *cassette)
{
	*w = (struct httpwire){.cassette = cassette};
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		return false;
	w->multi = curl_multi_init();
	if (!w->multi)
		return false;
	curl_multi_setopt(w->multi, CURLMOPT_MAXCONNECTS, (long)slots + 4);
	return true;
}

void
httpwire_free(struct httpwire *w)
{
	free(w->played);
	curl_multi_cleanup(w->multi);
	curl_global_cleanup();
}

bool
httpwire_begin(struct httpwire *w, struct http_exchange *x, struct buf *why)
{
	CURLMcode bad = CURLM_OK;

	if (!cassette_start(w->cassette, x, why))
		return false;
	if (cassette_replays(w->cassette)) {
		w->played =
		    buf_array(w->played, w->nplayed + 1, sizeof(*w->played));
		w->played[w->nplayed++] = x;
	} else {
		bad = curl_multi_add_handle(w->multi, x->easy);
	}
	if (bad)
		buf_str(why, curl_multi_strerror(bad));
	else
		w->running++;
	return !bad;
}

void
httpwire_break(struct httpwire *w, struct http_exchange *x)
{
	curl_multi_remove_handle(w->multi, x->easy);
	w->running--;
}

void
httpwire_go_on(struct httpwire *w)
{
	int running;

	curl_multi_perform(w->multi, &running);
	/* Whoever was let in has sent. */
	pace_leave();
}

struct http_exchange *
httpwire_ended(struct httpwire *w, CURLcode *code)
{
	struct http_exchange *x;
	CURLMsg *m;
	int left;

	if (w->nplayed > 0) {
		x = w->played[0];
		w->running--;
		w->nplayed--;
		memmove(
		    w->played, w->played + 1, w->nplayed * sizeof(*w->played));
		*code = x->take.code;
		return x;
	}
	while ((m = curl_multi_info_read(w->multi, &left))) {
		if (m->msg != CURLMSG_DONE)
			continue;
		/* Removing the handle frees the message. */
		*code = m->data.result;
		curl_easy_getinfo(m->easy_handle, CURLINFO_PRIVATE, &x);
		httpwire_break(w, x);
		*code = httpxfer_measure(x, *code);
		cassette_keep(w->cassette, x, *code);
		return x;
	}
	return NULL;
}

bool
httpwire_wait(struct httpwire *w, int fd, double seconds, void (*on_wait)(void))
{
	struct curl_waitfd extra = {fd, CURL_WAIT_POLLIN, 0};
	unsigned more = fd == -1 ? 0 : 1;
	double ms = ceil(seconds * 1000);
	int n = 0;

	if (w->running > 0 && ms > AT_ONCE_MS)
		curl_multi_poll(w->multi, &extra, more, AT_ONCE_MS, &n);
	if (n == 0) {
		if (on_wait)
			on_wait();
		if (w->running == 0 && fd == -1)
			stop_sleep(seconds);
		else
			curl_multi_poll(w->multi, &extra, more,
			    ms < POLL_MS ? (int)ms : POLL_MS, NULL);
	}
	return fd != -1 && extra.revents != 0;
}
