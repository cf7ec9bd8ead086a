/*
 * The record loop on any bytes: each line is a record, a reject or empty, and
 * they add up; a record is the line of its number, and what is printed is JSON,
 * line by line.
 */
#define _GNU_SOURCE 1
#include <sys/mman.h>
#include <unistd.h>

#include "fuzz.h"
#include "msg.h"
#include "opt.h"
#include "rec.h"

static void
redirect(int fd, const char *name, const uint8_t *data, size_t size)
{
	int file = memfd_create(name, 0);

	must(file >= 0 && dup2(file, fd) == fd && close(file) == 0);
	must(write(fd, data, size) == (ssize_t)size &&
	     lseek(fd, 0, SEEK_SET) == 0);
}

/* Is that all of line n but the white space and the mark around it? */
static bool
is_line(const char *s, size_t len, uint64_t n, const uint8_t *data, size_t size)
{
	const char *p = (const char *)data, *end = p + size, *nl;
	struct json_val v;

	if (size >= 3 && memcmp(p, "\xef\xbb\xbf", 3) == 0)
		p += 3;
	while (--n > 0) {
		p = memchr(p, '\n', (size_t)(end - p));
		must(p != NULL);
		p++;
	}
	nl = memchr(p, '\n', (size_t)(end - p));
	v = json_trim(p, (size_t)((nl ? nl : end) - p));
	return v.len == len && memcmp(v.s, s, len) == 0;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static int out = -1;
	struct rec r;
	struct json_error e;
	uint64_t records = 0;

	if (out < 0)
		out = dup(STDOUT_FILENO);
	redirect(STDIN_FILENO, "in", data, size);
	redirect(STDOUT_FILENO, "out", NULL, 0);
	opt_common.rejects = "/dev/null";
	opt_common.max_record = 64;
	opt_common.quiet = true;
	msg_set_level(MSG_QUIET);
	rec_open(&r, REC_JSON);
	while (rec_next(&r)) {
		must(json_check(r.s, r.len, &e));
		must(r.len <= 64 && is_line(r.s, r.len, r.line, data, size));
		records++;
		if (r.len % 3 == 0)
			rec_drop(&r);
		else if (r.len % 3 == 1)
			rec_reject(&r, "%s", "a third");
		else
			out_line(r.out, r.s, r.len);
	}
	must(rec_settled(&r) == r.done + r.dropped + r.rejected);
	must(r.done + r.dropped <= records && records <= rec_settled(&r));
	must(out_lines(r.out) == r.done);
	must(rec_close(&r, 0) == (r.rejected ? EX_NO : EX_OK));
	must(dup2(out, STDOUT_FILENO) == STDOUT_FILENO);
	return 0;
}
