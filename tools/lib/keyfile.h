/*
 * keyfile: keys that come as lines, on standard input or in a file.
 *
 * A line is one of four things:
 *	{"id":7}	a record: the key's expressions tell its key
 *	["a",7]		an array: the parts of a key of several parts, in order
 *	"7"		a string: a key of one part
 *	7, abc		plain text, that is all else: stands for the string
 *			"7" and, where it is a number, for the number 7 too
 * What begins as one of the first three has to be JSON.
 */
#ifndef SLUICE_KEYFILE_H
#define SLUICE_KEYFILE_H

#include <stdbool.h>

#include "in.h"
#include "key.h"
#include "shape.h"

enum keyline {
	KEYLINE_EXACT, /* key->value are the key's parts */
	KEYLINE_PLAIN, /* key->value[0] is the text */
	KEYLINE_BAD    /* key->why says why there is no key */
};

/*
 * The key of a line without white space around it and not empty; `json` says
 * whether it has been checked to be JSON. Sets `value` of the key; its `bytes`
 * are those of keyline_bytes.
 */
enum keyline keyline_get(struct key *, struct json_val line, bool json);

/* Computes `bytes` after keyline_get; of plain text those of the string. */
void keyline_bytes(struct key *, bool plain);

/*
 * Both for a JSON value that is no line: nothing is plain text. False where
 * it is no key.
 */
bool keyline_value(struct key *, struct json_val);

/*
 * After KEYLINE_PLAIN: the bytes of the number that the line is; false if it
 * is none.
 */
bool keyline_number(struct key *, struct json_val line);

/*
 * What stands for the line whose key has just been computed, as a line or a
 * value: of a record the value of the key, of several parts an array; else
 * the line itself. Valid as long as that, and until the next key.
 */
struct json_val keyline_alone(struct key *, struct json_val line);

/*
 * Appends the same as JSON: plain text as a number if it is one, else as a
 * string.
 */
void keyline_json(struct key *, struct json_val line, bool plain, struct buf *);

/*
 * Where a line is, to find it again: the block of the file it begins in; the
 * last one has no end.
 */
enum { KEYFILE_BLOCK = 512, KEYFILE_LAST_BLOCK = (1 << 30) - 1 };

struct keyfile {
	struct in in;
	struct key *key;
	struct shape shape;   /* how records look */
	struct json_val line; /* the last line; valid until the next */
	bool plain;           /* it was plain text, see KEYLINE_PLAIN */
	/* If not NULL, only lines that begin in these blocks: a bit for each.
	 */
	const struct buf *blocks;
};

/* Opens a file; ends the process with EX_NOINPUT if it cannot. */
void keyfile_open(struct keyfile *, const char *path, struct key *);
/*
 * Finds the next key, as keyline_get; false at the end, and where a signal asks
 * to stop. A line that is no key ends the process with EX_DATAERR and names it.
 */
bool keyfile_next(struct keyfile *);
/* Ends the process: what was read of the file before is not there now. */
_Noreturn void keyfile_changed(const struct keyfile *);
/* The block of the last line. */
uint32_t keyfile_block(const struct keyfile *);
void keyfile_close(struct keyfile *);

#endif
