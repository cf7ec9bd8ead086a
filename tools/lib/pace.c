/* pace: slots and holds of an origin, in a file that processes share. */
#include "pace.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "msg.h"
#include "retry.h"

/* What the file holds, in this machine's byte order. */
struct record {
	char boot[40];
	int64_t hold; /* nobody goes before; nanoseconds of CLOCK_BOOTTIME */
	int64_t slot; /* the theoretical arrival time of the next request */
};

struct pace {
	struct pace *next;
	char *origin;
	struct pace_rate rate;
	int fd; /* -1: this process alone */
	struct record own;
};

/* A slot farther away than this was not written by us. */
static const int64_t farthest = (int64_t)86400 * 1000000000;

const char *
pace_rate(struct pace_rate *r, const char *text)
{
	static const char *const why =
	    "wanted: requests per second, minute or hour, and a burst "
	    "perhaps: 5/s, 60/m, 5/s,10";
	char *end;
	double n, per, burst = 1;

	if (*text < '0' || *text > '9')
		return why;
	n = strtod(text, &end);
	if (end[0] != '/')
		return why;
	per = end[1] == 's' ? 1 : end[1] == 'm' ? 60 : end[1] == 'h' ? 3600 : 0;
	if (per == 0)
		return why;
	if (end[2] == ',') {
		if (end[3] < '0' || end[3] > '9')
			return why;
		burst = strtod(end + 3, &end);
	} else {
		end += 2;
	}
	if (*end || n / per < 1e-4 || n / per > 1e6 || burst < 1 || burst > 1e6)
		return why;
	r->per_second = n / per;
	r->burst = burst;
	return NULL;
}

bool
pace_state_folder(struct buf *b)
{
	const char *s;

	if ((s = getenv("SLUICE_VAR")) && *s)
		buf_str(b, s);
	else if ((s = getenv("STATE_DIRECTORY")) && *s)
		/* systemd separates several by colons. */
		buf_add(b, s, strcspn(s, ":"));
	else if (access("pipelines/run", F_OK) == 0)
		buf_str(b, "./var");
	else if ((s = getenv("XDG_STATE_HOME")) && *s == '/')
		buf_printf(b, "%s/sluice", s);
	else if ((s = getenv("HOME")) && *s)
		buf_printf(b, "%s/.local/state/sluice", s);
	else
		return false;
	return true;
}

/* mkdir -p; each folder that is made is this user's alone. */
static bool
make_folders(char *path)
{
	char *p;

	for (p = path + 1; *p; p++) {
		if (*p != '/')
			continue;
		*p = '\0';
		if (mkdir(path, 0700) == -1 && errno != EEXIST) {
			*p = '/';
			return false;
		}
		*p = '/';
	}
	return mkdir(path, 0700) == 0 || errno == EEXIST;
}

/* Is it ours, and does nobody else write there? */
static bool
is_ours(int fd, mode_t type)
{
	struct stat st;

	if (fstat(fd, &st) == -1)
		return false;
	if ((st.st_mode & S_IFMT) == type && st.st_uid == geteuid() &&
	    (st.st_mode & 022) == 0)
		return true;
	errno = EPERM;
	return false;
}

/* A file name of an origin: what is not safe in a name becomes `_`. */
static void
file_name(struct buf *b, const char *origin)
{
	for (; *origin; origin++)
		buf_char(b,
		    strchr("/:[]%", *origin) || *origin <= ' ' ? '_' : *origin);
}

static int
open_file(const char *folder, const char *origin)
{
	struct buf name = BUF_INIT;
	int dir, fd = -1, saved;

	dir = open(folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (dir == -1)
		return -1;
	if (is_ours(dir, S_IFDIR)) {
		file_name(&name, origin);
		fd = openat(dir, name.s,
		    O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
		buf_free(&name);
	}
	if (fd != -1 && !is_ours(fd, S_IFREG)) {
		saved = errno;
		close(fd);
		fd = -1;
		errno = saved;
	}
	saved = errno;
	close(dir);
	errno = saved;
	return fd;
}

/* -1 where there is no file to share; that is said once. */
static int
open_shared(const char *origin)
{
	static bool said;
	struct buf folder = BUF_INIT;
	int fd = -1;

	errno = ENOENT;
	if (pace_state_folder(&folder)) {
		buf_str(&folder, "/pace");
		if (make_folders(folder.s))
			fd = open_file(folder.s, origin);
	}
	if (fd == -1 && !said) {
		msg_warn_errno("could not open the pace file of %s in \"%s\": "
			       "other processes are not waited for; set "
			       "SLUICE_VAR to a folder of your own",
		    origin, folder.s ? folder.s : "HOME");
		said = true;
	}
	buf_free(&folder);
	return fd;
}

static const char *
boot_id(void)
{
	static char id[sizeof(((struct record *)0)->boot)];
	ssize_t n;
	int fd;

	if (id[0])
		return id;
	memcpy(id, "unknown", 8);
	fd = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
	if (fd == -1)
		return id;
	n = read(fd, id, 36);
	if (n > 0)
		id[n] = '\0';
	close(fd);
	return id;
}

static int64_t
now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_BOOTTIME, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

struct pace *
pace_of(struct pace **list, const char *origin, struct pace_rate rate)
{
	struct pace *p;

	for (p = *list; p; p = p->next)
		if (strcmp(p->origin, origin) == 0)
			return p;
	p = buf_array(NULL, 1, sizeof(*p));
	memset(p, 0, sizeof(*p));
	p->origin = buf_dup(origin, strlen(origin));
	p->rate = rate;
	p->fd = open_shared(origin);
	p->next = *list;
	return *list = p;
}

void
pace_free(struct pace *p)
{
	struct pace *next;

	for (; p; p = next) {
		next = p->next;
		if (p->fd != -1)
			close(p->fd);
		free(p->origin);
		free(p);
	}
}

static bool
lock(struct pace *p, short type)
{
	struct flock l = {.l_type = type, .l_whence = SEEK_SET};
	int r;

	do
		r = fcntl(p->fd, F_SETLKW, &l);
	while (r == -1 && errno == EINTR);
	return r == 0;
}

/*
 * Reads; what another boot or nobody of ours wrote counts as none. Without the
 * lock this may meet half of what another process writes: of eight bytes it
 * sees all or none, and a time that makes no sense is none.
 */
static void
look(struct pace *p, struct record *r, int64_t now)
{
	if (p->fd == -1 || pread(p->fd, r, sizeof(*r), 0) != sizeof(*r))
		*r = p->own;
	r->boot[sizeof(r->boot) - 1] = '\0';
	if (strcmp(r->boot, boot_id()) == 0 &&
	    r->hold <= now + (int64_t)RETRY_CAP * 1000000000 &&
	    r->slot <= now + farthest)
		return;
	memset(r, 0, sizeof(*r));
	memcpy(r->boot, boot_id(), strlen(boot_id()) + 1);
}

/* The same, and nobody else writes until it is given back. */
static void
take(struct pace *p, struct record *r, int64_t now)
{
	if (p->fd != -1 && !lock(p, F_WRLCK))
		msg_debug("could not lock a pace file");
	look(p, r, now);
}

static void
give(struct pace *p, const struct record *r)
{
	p->own = *r;
	if (p->fd == -1)
		return;
	/* A full disk leaves the pace to each process alone, no more. */
	if (pwrite(p->fd, r, sizeof(*r), 0) != (ssize_t)sizeof(*r))
		msg_debug("could not write a pace file");
	lock(p, F_UNLCK);
}

double
pace_next(struct pace *p)
{
	struct record r;
	int64_t now = now_ns(), gap, slack, go;

	/* Without a rate there is nothing to write down. */
	if (!p || p->rate.per_second <= 0)
		return pace_held(p);
	take(p, &r, now);
	go = r.hold > now ? r.hold : now;
	gap = (int64_t)(1e9 / p->rate.per_second);
	slack = (int64_t)((p->rate.burst - 1) * (double)gap);
	if (r.slot < go)
		r.slot = go;
	if (r.slot - slack > go)
		go = r.slot - slack;
	r.slot += gap;
	give(p, &r);
	return (double)(go - now) / 1e9;
}

double
pace_held(struct pace *p)
{
	struct record r;
	int64_t now = now_ns();

	if (!p)
		return 0;
	look(p, &r, now);
	return r.hold > now ? (double)(r.hold - now) / 1e9 : 0;
}

void
pace_hold(struct pace *p, double seconds)
{
	struct record r;
	int64_t now = now_ns(), until = now + (int64_t)(seconds * 1e9);

	if (!p)
		return;
	take(p, &r, now);
	if (until > r.hold)
		r.hold = until;
	give(p, &r);
}
