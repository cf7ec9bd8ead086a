/* pacefile: opening, locking, reading and writing it. */
#include "pacefile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "buf.h"
#include "msg.h"
#include "retry.h"

enum {
	SECOND = 1000000000,
	STUCK = 2,           /* seconds: nobody holds it for so long */
	FIRST_LOOK = 20000,  /* nanoseconds between looks at a lock */
	LAST_LOOK = 1000000, /* doubled up to this */
};

/* A time farther away than this was not written by us. */
static const int64_t farthest = (int64_t)86400 * SECOND;

static bool
state_folder(struct buf *b)
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
	if (state_folder(&folder)) {
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
	static char id[sizeof(((struct pacetimes *)0)->boot)];
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

int64_t
pacefile_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_BOOTTIME, &t);
	return (int64_t)t.tv_sec * SECOND + t.tv_nsec;
}

void
pacefile_open(struct pacefile *f, const char *origin)
{
	*f = (struct pacefile){.origin = origin, .fd = open_shared(origin)};
}

void
pacefile_close(struct pacefile *f)
{
	if (f->fd != -1)
		close(f->fd);
}

/* The byte that is locked: the first, or one behind a lock that is stuck. */
static int
lock(const struct pacefile *f, int how, struct flock *l)
{
	*l = (struct flock){.l_type = how == F_UNLCK ? F_UNLCK : F_WRLCK,
	    .l_whence = SEEK_SET,
	    .l_start = f->passed,
	    .l_len = 1};
	return fcntl(f->fd, how == F_GETLK ? F_GETLK : F_SETLK, l);
}

/* Whoever was stopped while it had the lock is passed by, as all others do. */
static void
pass_by(struct pacefile *f)
{
	struct flock l;

	if (lock(f, F_GETLK, &l) == -1 || l.l_type == F_UNLCK)
		return;
	msg_warn("process %ld has held the pace file of %s for %d s: is it "
		 "stopped? going on without it",
	    (long)l.l_pid, f->origin, STUCK);
	f->passed++;
}

/*
 * Not F_SETLKW, which waits for ever for a process that was stopped. False
 * where files cannot be locked.
 */
static bool
wait_lock(struct pacefile *f)
{
	struct timespec t = {0, FIRST_LOOK};
	int64_t end = pacefile_now() + (int64_t)STUCK * SECOND;
	struct flock l;

	while (lock(f, F_WRLCK, &l) == -1) {
		if (errno != EAGAIN && errno != EACCES)
			return false;
		nanosleep(&t, NULL);
		if (t.tv_nsec < LAST_LOOK)
			t.tv_nsec *= 2;
		if (pacefile_now() < end)
			continue;
		pass_by(f);
		end += (int64_t)STUCK * SECOND;
	}
	return true;
}

void
pacefile_look(struct pacefile *f, struct pacetimes *t)
{
	int64_t now = pacefile_now();

	if (f->fd == -1 || pread(f->fd, t, sizeof(*t), 0) != sizeof(*t))
		*t = f->own;
	t->boot[sizeof(t->boot) - 1] = '\0';
	if (strcmp(t->boot, boot_id()) == 0 &&
	    t->hold <= now + (int64_t)RETRY_CAP * SECOND &&
	    t->slot <= now + farthest && t->sent <= now + farthest)
		return;
	memset(t, 0, sizeof(*t));
	memcpy(t->boot, boot_id(), strlen(boot_id()) + 1);
}

void
pacefile_take(struct pacefile *f, struct pacetimes *t)
{
	if (f->fd != -1 && !wait_lock(f))
		msg_debug("could not lock a pace file");
	pacefile_look(f, t);
}

void
pacefile_give(struct pacefile *f, const struct pacetimes *t)
{
	struct flock l;

	if (t)
		f->own = *t;
	if (f->fd == -1)
		return;
	/* A full disk leaves the pace to each process alone, no more. */
	if (t && pwrite(f->fd, t, sizeof(*t), 0) != (ssize_t)sizeof(*t))
		msg_debug("could not write a pace file");
	lock(f, F_UNLCK, &l);
}
