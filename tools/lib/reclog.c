#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "json.h"
#include "msg.h"
#include "reclog.h"
#include "when.h"

struct out *
reclog_open(const char *file, const char *name)
{
	const char *run = getenv("SLUICE_RUN");
	struct buf path = BUF_INIT;
	struct out *o;

	if (file == NULL && (run == NULL || *run == '\0'))
		return NULL;
	if (file)
		buf_str(&path, file);
	else
		buf_printf(&path, "%s/%s", run, name);
	o = out_open(path.s, OUT_APPEND);
	buf_free(&path);
	return o;
}

static void
add_member(struct buf *b, const char *name, const char *value)
{
	buf_printf(b, "\"%s\":", name);
	if (value && *value)
		json_quote(b, value, strlen(value));
	else
		buf_str(b, "null");
	buf_char(b, ',');
}

const char *
reclog_stage(void)
{
	const char *s = getenv("SLUICE_STAGE");

	return s && *s ? s : msg_tool();
}

void
reclog_stats(struct out *stats, const struct rec *r, int status)
{
	const struct rec_extra *x;
	struct buf *b;

	if (stats == NULL)
		return;
	b = out_buf(stats);
	buf_char(b, '{');
	add_member(b, "stage", reclog_stage());
	add_member(b, "tool", msg_tool());
	buf_printf(b,
	    "\"in\":%" PRIu64 ",\"out\":%" PRIu64 ",\"done\":%" PRIu64
	    ",\"dropped\":%" PRIu64 ",\"rejected\":%" PRIu64
	    ",\"bytes\":%" PRIu64 ",\"seconds\":%.3f,\"retries\":%" PRIu64,
	    rec_settled(r), r->printed, r->done, r->dropped, r->rejected,
	    r->bytes, when_now() - r->start, r->retries);
	for (x = r->extra; x < r->extra + r->nextra; x++)
		if (x->is_flag)
			buf_printf(b, ",\"%s\":%s", x->name,
			    x->flag ? "true" : "false");
		else
			buf_printf(b, ",\"%s\":%" PRIu64, x->name, x->n);
	buf_printf(b, ",\"exit\":%d}", status);
	out_end(stats);
	out_flush(stats);
}

/* The rejected line itself, so that it can be replayed byte for byte. */
static void
add_record(struct buf *b, const struct rec_saved *bad, bool cut)
{
	struct json_error e;

	if (!cut && json_check(bad->s, bad->len, &e)) {
		buf_str(b, "\"record\":");
		json_compact(b, json_trim(bad->s, bad->len));
	} else if (json_utf8(bad->s, bad->len)) {
		buf_str(b, "\"raw\":");
		json_quote(b, bad->s, bad->len);
	} else {
		buf_str(b, "\"raw_base64\":\"");
		buf_base64(b, bad->s, bad->len);
		buf_char(b, '"');
	}
}

void
reclog_reject(struct out *rejects, const struct rec_saved *bad, bool cut,
    const char *code, const char *key, const char *reason)
{
	struct buf *b = out_buf(rejects);
	const char *run = getenv("SLUICE_RUN");
	size_t from = b->len;

	buf_str(b, "{\"at\":\"");
	when_stamp(b);
	buf_str(b, "\",");
	if (run && strrchr(run, '/') && strrchr(run, '/')[1])
		run = strrchr(run, '/') + 1;
	add_member(b, "run", run);
	add_member(b, "stage", reclog_stage());
	add_member(b, "tool", msg_tool());
	buf_printf(b, "\"line\":%" PRIu64 ",", bad->line);
	add_member(b, "reason", reason);
	add_member(b, "code", code);
	add_member(b, "key", key);
	if (cut)
		buf_str(b, "\"truncated\":true,");
	add_record(b, bad, cut);
	buf_char(b, '}');
	msg_mask_json(b, from);
	out_end(rejects);
	/* The reason must be on file before the run can go on to fail. */
	out_flush(rejects);
}
