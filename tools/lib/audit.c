/* audit: pending and accepted batches as files. */
#include "audit.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "auditdir.h"
#include "durable.h"
#include "keyfile.h"
#include "msg.h"
#include "opt.h"

#define BOUND "audit.json"

/* Names the file of the folder that could not be dealt with, and why. */
static bool
failed(struct audit *a, int status, const char *what, const char *name,
    struct buf *why)
{
	a->status = status;
	buf_printf(why, "could not %s \"%s/%s\": %s", what, a->dir, name,
	    strerror(errno));
	return false;
}

/* ---- files ---- */

static bool
put(struct audit *a, const char *name, const struct buf *b, struct buf *why)
{
	return durable_put(a->fd, name, b->s, b->len) ||
	       failed(a, EX_IOERR, "write file", name, why);
}

static void
pending_name(struct buf *b, const char *uuid)
{
	buf_printf(b, "pending_%s.ndjson", uuid);
}

void
audit_path(const struct audit *a, const char *uuid, struct buf *b)
{
	buf_printf(b, "%s/", a->dir);
	pending_name(b, uuid);
}

bool
audit_pend(
    struct audit *a, const char *uuid, const struct buf *lines, struct buf *why)
{
	struct buf name = BUF_INIT;
	bool ok;

	pending_name(&name, uuid);
	ok = put(a, name.s, lines, why);
	/* It may have its name, and is not sent: nothing is unknown of it. */
	if (!ok)
		unlinkat(a->fd, name.s, 0);
	buf_free(&name);
	return ok;
}

bool
audit_forget(struct audit *a, const char *uuid, struct buf *why)
{
	struct buf name = BUF_INIT;
	bool ok;

	pending_name(&name, uuid);
	ok = durable_remove(a->fd, name.s);
	if (!ok)
		failed(a, EX_IOERR, "remove file", name.s, why);
	buf_free(&name);
	return ok;
}

bool
audit_accept(
    struct audit *a, const char *uuid, const struct buf *ids, struct buf *why)
{
	struct buf name = BUF_INIT;
	bool ok;

	buf_printf(&name, "batch_%s.json", uuid);
	ok = put(a, name.s, ids, why);
	/* Not synced: should it come back, the next run sees both and tidies.
	 */
	buf_cut(&name, 0);
	pending_name(&name, uuid);
	if (ok && unlinkat(a->fd, name.s, 0) == -1)
		ok = failed(a, EX_IOERR, "remove file", name.s, why);
	buf_free(&name);
	return ok;
}

bool
audit_set_aside(struct audit *a, const char *uuid, struct buf *why)
{
	struct buf from = BUF_INIT, to = BUF_INIT;
	bool ok;

	pending_name(&from, uuid);
	buf_printf(&to, "rejected_%s.ndjson", uuid);
	ok = durable_rename(a->fd, from.s, to.s);
	if (!ok)
		failed(a, EX_IOERR, "rename file", from.s, why);
	buf_free(&from);
	buf_free(&to);
	return ok;
}

/* ---- the ids ---- */

bool
audit_has(const struct audit *a, const struct buf *key)
{
	return set_has(&a->ids, key->s, key->len);
}

void
audit_add(struct audit *a, const char *key, size_t len)
{
	set_add(&a->ids, key, len);
}

struct reading {
	struct audit *audit;
	struct key *key;
};

static void
one_id(void *arg, struct json_val id)
{
	struct reading *r = arg;

	(void)id;
	set_add(&r->audit->ids, r->key->bytes.s, r->key->bytes.len);
}

static void
read_rejected(struct audit *a, const char *name, struct key *key)
{
	struct buf path = BUF_INIT;
	struct keyfile f;

	buf_printf(&path, "%s/%s", a->dir, name);
	keyfile_open(&f, path.s, key);
	while (keyfile_next(&f)) {
		keyline_bytes(key, f.plain);
		set_add(&a->ids, key->bytes.s, key->bytes.len);
	}
	keyfile_close(&f);
	buf_free(&path);
}

/* ---- opening ---- */

static bool
take_lock(struct audit *a, struct buf *why)
{
	if (mkdir(a->dir, 0777) == -1 && errno != EEXIST) {
		a->status = EX_CANTCREAT;
		buf_printf(why, "could not create folder \"%s\": %s", a->dir,
		    strerror(errno));
		return false;
	}
	a->fd = open(a->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (a->fd == -1) {
		a->status = EX_NOINPUT;
		buf_printf(why, "could not open folder \"%s\": %s", a->dir,
		    strerror(errno));
		return false;
	}
	if (flock(a->fd, LOCK_EX | LOCK_NB) == 0)
		return true;
	a->status = errno == EWOULDBLOCK ? EX_TEMPFAIL : EX_OSERR;
	if (errno == EWOULDBLOCK)
		buf_printf(why,
		    "audit folder \"%s\" is in use by another process", a->dir);
	else
		buf_printf(why, "could not lock folder \"%s\": %s", a->dir,
		    strerror(errno));
	return false;
}

/* What audit.json has to say. A password in the URL is not written down. */
static void
bond(struct buf *b, const char *url, const struct key *key)
{
	size_t i;
	const char *text;

	buf_str(b, "{\"url\":");
	json_quote(b, url, strlen(url));
	msg_mask(b, 0);
	buf_str(b, key->n > 1 ? ",\"key\":[" : ",\"key\":");
	for (i = 0; i < key->n; i++) {
		text = expr_text(key->part[i]);
		if (i > 0)
			buf_char(b, ',');
		json_quote(b, text, strlen(text));
	}
	buf_str(b, key->n > 1 ? "]}\n" : "}\n");
}

static bool
same_member(struct json_val a, struct json_val b, const char *name)
{
	struct buf is = BUF_INIT, wanted = BUF_INIT;
	struct json_val v;
	bool same = false;

	json_member(b, name, strlen(name), &v);
	json_compact(&wanted, v);
	if (json_member(a, name, strlen(name), &v)) {
		json_compact(&is, v);
		same =
		    is.len == wanted.len && memcmp(is.s, wanted.s, is.len) == 0;
	}
	buf_free(&is);
	buf_free(&wanted);
	return same;
}

static bool
bind_to(
    struct audit *a, const char *url, const struct key *key, struct buf *why)
{
	struct buf wanted = BUF_INIT, is = BUF_INIT;
	struct json_val v, w;
	struct json_error e;
	bool ok;

	bond(&wanted, url, key);
	w = json_trim(wanted.s, wanted.len);
	if (!durable_get(a->fd, BOUND, &is)) {
		ok = errno == ENOENT
			 ? put(a, BOUND, &wanted, why)
			 : failed(a, EX_NOINPUT, "read file", BOUND, why);
	} else {
		v = json_trim(is.s, is.len);
		ok = json_check(is.s, is.len, &e) && *v.s == '{' &&
		     same_member(v, w, "url") && same_member(v, w, "key");
		if (!ok) {
			a->status = EX_CONFIG;
			buf_printf(why,
			    "audit folder \"%s\" belongs to another URL or "
			    "key: its " BOUND " says %.*s, and not %.*s; take "
			    "another folder",
			    a->dir, (int)v.len, v.s, (int)w.len, w.s);
		}
	}
	buf_free(&wanted);
	buf_free(&is);
	return ok;
}

static int
of_interest(const struct dirent *d)
{
	return strncmp(d->d_name, "pending_", 8) == 0 ||
	       strncmp(d->d_name, "rejected_", 9) == 0 ||
	       strncmp(d->d_name, DURABLE_BESIDE, strlen(DURABLE_BESIDE)) == 0;
}

/* A batch that was accepted just before the end is pending no more. */
static bool
found_pending(struct audit *a, const char *name, struct buf *why)
{
	struct buf batch = BUF_INIT;
	const char *uuid = name + strlen("pending_");
	char *to;
	bool ok = true;

	if (strlen(uuid) != UUID_TEXT - 1 + strlen(".ndjson") ||
	    strcmp(uuid + UUID_TEXT - 1, ".ndjson") != 0)
		return true;
	a->pending =
	    buf_array(a->pending, a->npending + 1, sizeof(*a->pending));
	to = a->pending[a->npending];
	memcpy(to, uuid, UUID_TEXT - 1);
	to[UUID_TEXT - 1] = '\0';
	buf_printf(&batch, "batch_%s.json", to);
	if (faccessat(a->fd, batch.s, F_OK, 0) == 0)
		ok = audit_forget(a, to, why);
	else
		a->npending++;
	buf_free(&batch);
	return ok;
}

static bool
look_around(struct audit *a, struct key *key, struct buf *why)
{
	struct dirent **names;
	int i, n = scandir(a->dir, &names, of_interest, alphasort);
	bool ok = true;

	if (n == -1)
		return failed(a, EX_NOINPUT, "read folder", "", why);
	for (i = 0; i < n; i++) {
		if (ok && *names[i]->d_name == *DURABLE_BESIDE)
			unlinkat(a->fd, names[i]->d_name, 0);
		else if (ok && *names[i]->d_name == 'p')
			ok = found_pending(a, names[i]->d_name, why);
		else if (ok)
			read_rejected(a, names[i]->d_name, key);
		free(names[i]);
	}
	free(names);
	return ok;
}

bool
audit_open(struct audit *a, const char *dir, const char *url, struct key *key,
    struct buf *why)
{
	struct reading r = {a, key};

	*a = (struct audit){.dir = dir, .fd = -1};
	if (!take_lock(a, why) || !bind_to(a, url, key, why) ||
	    !look_around(a, key, why))
		return false;
	auditdir_read(dir, key, one_id, &r);
	return true;
}

void
audit_close(struct audit *a)
{
	if (a->fd != -1)
		close(a->fd);
	set_free(&a->ids);
	free(a->pending);
}
