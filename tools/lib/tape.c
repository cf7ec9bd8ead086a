/* tape: the index of recorded exchanges. */
#include "tape.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#define XXH_STATIC_LINKING_ONLY
#include <xxhash.h>

#include "secret.h"
#include "secreturl.h"
#include "tapeline.h"

struct tape_entry {
	XXH128_hash_t identity;
	double at;     /* when it began */
	uint64_t seq;  /* its number in its process */
	uint64_t line; /* its number in the file, from 0 */
	uint64_t offset;
	size_t len;
	size_t url;  /* where it is in tape.url */
	bool masked; /* a secret stood in its request */
};

void
tape_identity(struct buf *b, const char *names, const char *method,
    const char *url, const char *body, size_t len)
{
	buf_str(b, method);
	buf_char(b, ' ');
	secreturl_strip(names, url, b);
	buf_char(b, '\n');
	if (body)
		buf_add(b, body, len);
}

/* ---- loading ---- */

static int
in_order(const void *a, const void *b)
{
	const struct tape_entry *x = a, *y = b;
	int order = XXH128_cmp(&x->identity, &y->identity);

	if (order == 0)
		order = (x->at > y->at) - (x->at < y->at);
	if (order == 0)
		order = (x->seq > y->seq) - (x->seq < y->seq);
	return order ? order : (x->line > y->line) - (x->line < y->line);
}

static void
add(struct tape *t, const struct tapeline *l, uint64_t offset, size_t len)
{
	struct buf identity = BUF_INIT;
	struct tape_entry *e;

	tape_identity(&identity, t->names, l->method.s, l->url.s,
	    l->has_body ? l->body.s : NULL, l->body.len);
	t->v = buf_array(t->v, t->n + 1, sizeof(*t->v));
	e = &t->v[t->n++];
	*e = (struct tape_entry){
	    .identity = XXH3_128bits(identity.s, identity.len),
	    .at = l->at,
	    .seq = l->seq,
	    .line = t->in.line - 1,
	    .offset = offset,
	    .len = len,
	    .url = t->url.len,
	    .masked = strstr(l->url.s, SECRET_MASK) ||
		      (l->body.len && memmem(l->body.s, l->body.len,
					  SECRET_MASK, strlen(SECRET_MASK)))};
	buf_add(&t->url, identity.s, strcspn(identity.s, "\n"));
	buf_add(&t->url, "", 1);
	buf_free(&identity);
}

/* The offset of the next byte that in_line looks at. */
static uint64_t
offset(const struct in *in)
{
	return in->bytes - (in->b.len - in->at);
}

static bool
load_lines(struct tape *t, struct buf *why)
{
	struct tapeline l = TAPELINE_INIT;
	struct json_val v;
	uint64_t from;
	enum in_is is;
	bool ok = true;

	for (;;) {
		from = offset(&t->in);
		is = in_line(&t->in, &v.s, &v.len);
		if (is != IN_LINE)
			break;
		if (json_trim(v.s, v.len).len == 0)
			continue;
		ok = tapeline_read(&l, v, why);
		if (!ok)
			break;
		add(t, &l, from, (size_t)(offset(&t->in) - from));
	}
	tapeline_free(&l);
	if (ok && is == IN_CUT) {
		buf_str(why, "it is cut off");
		ok = false;
	}
	if (ok && is == IN_STOP)
		buf_str(why, "a signal asked to stop");
	return ok && is == IN_END;
}

bool
tape_load(struct tape *t, const char *path, const char *names, struct buf *why)
{
	struct buf reason = BUF_INIT;
	bool ok;

	*t = (struct tape){.names = names, .path = path, .played = {.fd = -1}};
	in_open(&t->in, path, (size_t)1 << 40);
	ok = load_lines(t, &reason);
	if (ok && t->n > 0)
		qsort(t->v, t->n, sizeof(*t->v), in_order);
	else
		buf_printf(
		    why, "%s:%ju: %s", path, (uintmax_t)t->in.line, reason.s);
	buf_free(&reason);
	return ok && played_open(&t->played, path, why);
}

void
tape_free(struct tape *t)
{
	played_close(&t->played);
	in_close(&t->in);
	free(t->v);
	buf_free(&t->url);
	buf_free(&t->line);
}

/* ---- playing ---- */

static bool
read_line(struct tape *t, const struct tape_entry *e, struct buf *why)
{
	size_t have = 0;
	ssize_t n = 1;

	buf_cut(&t->line, 0);
	buf_room(&t->line, e->len);
	while (have < e->len && n > 0) {
		n = pread(t->in.fd, t->line.s + have, e->len - have,
		    (off_t)(e->offset + have));
		if (n > 0)
			have += (size_t)n;
		else if (n == -1 && errno == EINTR)
			n = 1;
	}
	if (have < e->len) {
		buf_printf(why, "could not read file \"%s\": %s", t->path,
		    n == 0 ? "it became shorter" : strerror(errno));
		return false;
	}
	t->line.len = e->len;
	t->line.s[e->len] = '\0';
	/* `in` has skipped a byte order mark. */
	if (e->offset == 0 && strncmp(t->line.s, "\xef\xbb\xbf", 3) == 0)
		memcpy(t->line.s, "   ", 3);
	return true;
}

/* Does the text fit, where each SECRET_MASK stands for anything? */
static bool
fits(const char *pattern, size_t plen, const char *s, size_t len)
{
	const size_t mask = strlen(SECRET_MASK);
	const char *star, *hit;
	size_t n;
	bool first = true;

	for (;;) {
		star = memmem(pattern, plen, SECRET_MASK, mask);
		n = star ? (size_t)(star - pattern) : plen;
		if (n > len)
			return false;
		if (first && memcmp(s, pattern, n) != 0)
			return false;
		if (!star && !first)
			return memcmp(s + len - n, pattern, n) == 0;
		if (!star)
			return n == len;
		hit = first ? s : n ? memmem(s, len, pattern, n) : s;
		if (!hit)
			return false;
		len -= (size_t)(hit + n - s);
		s = hit + n;
		plen -= n + mask;
		pattern = star + mask;
		first = false;
	}
}

/* The same request with other secrets, or without. */
static bool
resembles(struct tape *t, const struct tape_entry *e,
    const struct buf *identity, struct buf *why)
{
	const char *url = t->url.s + e->url;
	struct tapeline l = TAPELINE_INIT;
	struct buf own = BUF_INIT;
	bool good;

	if (!e->masked ||
	    !fits(url, strlen(url), identity->s, strcspn(identity->s, "\n")) ||
	    !read_line(t, e, why))
		return false;
	good =
	    tapeline_read(&l, (struct json_val){t->line.s, t->line.len}, why);
	if (good) {
		tape_identity(&own, t->names, l.method.s, l.url.s,
		    l.has_body ? l.body.s : NULL, l.body.len);
		good = fits(own.s, own.len, identity->s, identity->len);
	}
	buf_free(&own);
	tapeline_free(&l);
	return good;
}

/* The first of that identity; n if there is none. */
static size_t
first_of(const struct tape *t, XXH128_hash_t identity)
{
	size_t low = 0, high = t->n, mid;

	while (low < high) {
		mid = low + (high - low) / 2;
		if (XXH128_cmp(&t->v[mid].identity, &identity) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

/* The next that was not played; *known: so many there are in all. */
static const struct tape_entry *
take(struct tape *t, const struct buf *identity, size_t *known, struct buf *why)
{
	XXH128_hash_t hash = XXH3_128bits(identity->s, identity->len);
	size_t i;

	for (i = first_of(t, hash);
	     i < t->n && XXH128_isEqual(t->v[i].identity, hash); i++) {
		if (played_claim(&t->played, t->v[i].line, why) || why->len > 0)
			return &t->v[i];
		++*known;
	}
	if (*known > 0)
		return NULL;
	for (i = 0; i < t->n; i++) {
		if (!resembles(t, &t->v[i], identity, why))
			continue;
		if (played_claim(&t->played, t->v[i].line, why) || why->len > 0)
			return &t->v[i];
		++*known;
	}
	return NULL;
}

/* How much of the text both have, at its beginning and its end. */
static size_t
common(const char *a, size_t alen, const char *b, size_t blen)
{
	size_t most = alen < blen ? alen : blen, front = 0, back = 0;

	while (front < most && a[front] == b[front])
		front++;
	while (back < most - front && a[alen - 1 - back] == b[blen - 1 - back])
		back++;
	return front + back;
}

static void
tell_nearest(const struct tape *t, const struct buf *identity, struct buf *why)
{
	size_t len = strcspn(identity->s, "\n"), n, i, most = 0;
	size_t method = strcspn(identity->s, " ") + 1;
	const char *url, *at, *nearest = NULL;

	for (i = 0; i < t->n; i++) {
		url = t->url.s + t->v[i].url;
		at = url + strcspn(url, " ") + 1;
		n = 2 *
		    common(at, strlen(at), identity->s + method, len - method);
		n += strncmp(url, identity->s, method) == 0;
		if (!nearest || n > most) {
			nearest = url;
			most = n;
		}
	}
	if (!nearest)
		buf_str(why, "; nothing is");
	else if (strlen(nearest) == len &&
		 memcmp(nearest, identity->s, len) == 0)
		buf_str(why, " with that body, only with others");
	else
		buf_printf(why, "; the nearest is \"%s\"", nearest);
}

bool
tape_next(struct tape *t, const struct buf *identity, struct buf *line,
    struct buf *why)
{
	const struct tape_entry *e;
	size_t known = 0;

	if (!played_lock(&t->played, why))
		return false;
	e = take(t, identity, &known, why);
	played_unlock(&t->played);
	if (e && why->len == 0 && read_line(t, e, why)) {
		buf_add(line, t->line.s, t->line.len);
		return true;
	}
	if (why->len > 0)
		return false;
	if (known > 0) {
		buf_printf(why,
		    "\"%s\" has it %zu time%s, and it is asked for once more",
		    t->path, known, known == 1 ? "" : "s");
		return false;
	}
	buf_printf(why, "it is not recorded in \"%s\"", t->path);
	tell_nearest(t, identity, why);
	return false;
}
