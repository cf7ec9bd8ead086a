/*
 * outfile: descriptors that are written to, one for each inode, and the locks
 * on them. Internal to out.
 */
#ifndef SLUICE_OUTFILE_H
#define SLUICE_OUTFILE_H

#include <stdbool.h>
#include <sys/types.h>

struct outfile {
	int fd;
	dev_t dev;
	ino_t ino;
	bool lock; /* it can be locked */
	struct outfile *next;
};

/*
 * The process' descriptor of that inode; fd is closed if there was one. name
 * is for messages, as below.
 */
struct outfile *outfile_of(int fd, const char *name);

/* Waits for the lock. Where there is none to be had, a warning, once. */
void outfile_lock(struct outfile *, const char *name);
void outfile_unlock(struct outfile *);

/* False, with errno, if one of them could not be closed. */
bool outfile_close_all(void);

#endif
