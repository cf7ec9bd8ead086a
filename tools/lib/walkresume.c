/* walkresume: output, state and walk in step. */
#include "walkresume.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "msg.h"
#include "opt.h"
#include "walkstate.h"

bool
walkresume_open(struct walkresume *k, const char *output,
    const struct buf *identity, int *status, struct buf *why)
{
	k->output = output;
	opt_common.keep_output = true;
	return resume_open(&k->file, output, identity, status, why);
}

/* The records that are there already are known, too. */
static bool
read_part(const struct walkresume *k, struct repeat *repeat, struct buf *why)
{
	struct buf path = BUF_INIT, lines = BUF_INIT;
	char *line = NULL;
	size_t cap = 0;
	ssize_t len;
	FILE *f;
	bool ok;

	buf_printf(&path, "%s" OUT_PART, k->output);
	f = fopen(path.s, "re");
	ok = f != NULL;
	while (ok && (len = getline(&line, &cap, f)) > 0) {
		buf_cut(&lines, 0);
		buf_add(&lines, line, (size_t)len);
		repeat_page(repeat, &lines);
	}
	ok = ok && !ferror(f);
	if (!ok)
		buf_printf(why, "could not read file \"%s\": %s", path.s,
		    strerror(errno));
	if (f)
		fclose(f);
	free(line);
	buf_free(&path);
	buf_free(&lines);
	return ok;
}

bool
walkresume_go_on(struct walkresume *k, struct walk *w, struct rec *r,
    struct repeat *repeat, bool *over, int *status, struct buf *why)
{
	struct resume *f = &k->file;
	struct json_val state;

	*over = f->ended;
	*status = EX_DATAERR;
	if (!out_cut(r->out, f->length, f->lines)) {
		buf_printf(why,
		    "\"%s" OUT_PART "\" is shorter than the %" PRIu64
		    " bytes that \"%s\" tells: remove both to begin again",
		    k->output, f->length, f->path);
		return false;
	}
	if (f->pages == 0)
		return true;
	while (resume_next(f, &state))
		if (!walkstate_restore(w, state)) {
			buf_printf(why,
			    "\"%s\" is no state of a walk: remove "
			    "it to begin again",
			    f->path);
			return false;
		}
	rec_done(r, f->pages);
	*status = EX_IOERR;
	if (repeat && !read_part(k, repeat, why))
		return false;
	msg_note("%s the walk begun at %s: %" PRIu64 " records of %" PRIu64
		 " pages are there",
	    *over ? "ending" : "going on with", f->began.s, f->lines, f->pages);
	return true;
}

bool
walkresume_page(struct walkresume *k, const struct walk *w, struct rec *r,
    enum walk_is is, int *status, struct buf *why)
{
	struct buf state = BUF_INIT;
	bool ok;

	/* A walk that broke off begins again at the page where it did. */
	if (!k->output || is == WALK_REPEAT || is == WALK_BROKEN)
		return true;
	out_sync(r->out);
	if (is == WALK_ON)
		walkstate_save(w, &state);
	ok = resume_page(&k->file, out_bytes(r->out), out_lines(r->out),
	    is == WALK_ON ? &state : NULL, is == WALK_WHOLE);
	buf_free(&state);
	*status = EX_IOERR;
	if (!ok)
		buf_printf(why, "could not write file \"%s\": %s", k->file.path,
		    strerror(errno));
	return ok;
}

bool
walkresume_done(struct walkresume *k, struct buf *why)
{
	if (!k->output || resume_done(&k->file))
		return true;
	buf_printf(why, "could not remove file \"%s\": %s", k->file.path,
	    strerror(errno));
	return false;
}

void
walkresume_free(struct walkresume *k)
{
	if (k->output)
		resume_free(&k->file);
}
