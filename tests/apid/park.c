#include "park.h"

#include <errno.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

#include "die.h"

/* One parked connection, in the list of its park. */
struct parked {
	struct parked *prev, *next;
	struct MHD_Connection *connection;
	int64_t due_ns; /* INT64_MAX: when the client is gone */
	int fd;         /* -1: nobody watches */
};

struct park {
	pthread_t thread;
	pthread_mutex_t lock;
	struct parked list; /* a ring by due time, this is its head */
	int epoll;
	int wake; /* an eventfd: the list's first one is new */
	bool closed;
	bool done;
};

static int64_t
now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000000000 + ts.tv_nsec;
}

static void
wake_up(struct park *p)
{
	uint64_t one = 1;

	/* Only a counter at its end can refuse, and then it is awake. */
	if (write(p->wake, &one, sizeof(one)) < 0 && errno != EAGAIN)
		die(EX_OSERR, "could not wake the timer: %s", strerror(errno));
}

/* Takes it out and resumes it; the lock is held. */
static void
release(struct park *p, struct parked *e)
{
	e->prev->next = e->next;
	e->next->prev = e->prev;
	/* Before the connection goes on, since it may close the descriptor. */
	if (e->fd >= 0)
		epoll_ctl(p->epoll, EPOLL_CTL_DEL, e->fd, NULL);
	MHD_resume_connection(e->connection);
	free(e);
}

static void
release_due(struct park *p)
{
	int64_t now = now_ns();
	struct parked *e, *next;

	for (e = p->list.next; e != &p->list; e = next) {
		if (!p->closed && e->due_ns > now)
			break;
		next = e->next;
		release(p, e);
	}
}

/* Milliseconds until the first is due, -1 for ever; the lock is held. */
static int
wait_ms(const struct park *p)
{
	int64_t due = p->list.next->due_ns, ms;

	if (p->list.next == &p->list || due == INT64_MAX)
		return -1;
	ms = (due - now_ns() + 999999) / 1000000;
	return ms < 0 ? 0 : ms > 60000 ? 60000 : (int)ms;
}

static void *
run(void *cls)
{
	struct park *p = cls;
	struct epoll_event events[64];
	uint64_t count;
	int n, ms;

	pthread_mutex_lock(&p->lock);
	while (!p->done) {
		ms = wait_ms(p);
		pthread_mutex_unlock(&p->lock);
		n = epoll_wait(p->epoll, events, 64, ms);
		pthread_mutex_lock(&p->lock);
		for (int i = 0; i < n; i++) {
			if (events[i].data.ptr != NULL) {
				/* Once closed, it was released and freed. */
				if (!p->closed)
					release(p, events[i].data.ptr);
			} else if (read(p->wake, &count, sizeof(count)) < 0 &&
				   errno != EAGAIN) {
				die(EX_OSERR, "could not read an eventfd: %s",
				    strerror(errno));
			}
		}
		release_due(p);
	}
	pthread_mutex_unlock(&p->lock);
	return NULL;
}

struct park *
park_new(void)
{
	struct park *p = need(calloc(1, sizeof(*p)));
	struct epoll_event event = {.events = EPOLLIN};
	int err;

	p->list.prev = p->list.next = &p->list;
	pthread_mutex_init(&p->lock, NULL);
	p->epoll = epoll_create1(EPOLL_CLOEXEC);
	p->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (p->epoll < 0 || p->wake < 0 ||
	    epoll_ctl(p->epoll, EPOLL_CTL_ADD, p->wake, &event) < 0)
		die(EX_OSERR, "could not make a timer: %s", strerror(errno));
	err = pthread_create(&p->thread, NULL, run, p);
	if (err != 0)
		die(EX_OSERR, "could not start a thread: %s", strerror(err));
	return p;
}

static void
park_insert(struct park *p, struct parked *e)
{
	struct parked *at = p->list.prev;

	/* Most delays are alike: the place is near the end. */
	while (at != &p->list && at->due_ns > e->due_ns)
		at = at->prev;
	e->prev = at;
	e->next = at->next;
	at->next->prev = e;
	at->next = e;
}

static void
park_add(struct park *p, struct MHD_Connection *c, int64_t due_ns, int fd)
{
	struct parked *e = need(calloc(1, sizeof(*e)));
	struct epoll_event event = {.events = EPOLLRDHUP, .data.ptr = e};

	e->connection = c;
	e->due_ns = due_ns;
	e->fd = fd;
	MHD_suspend_connection(c);
	pthread_mutex_lock(&p->lock);
	if (p->closed)
		e->fd = -1;
	park_insert(p, e);
	if (e->fd >= 0 && epoll_ctl(p->epoll, EPOLL_CTL_ADD, fd, &event) < 0)
		die(EX_OSERR, "could not watch a connection: %s",
		    strerror(errno));
	if (p->closed) /* here and now: the daemon is about to stop */
		release(p, e);
	else if (p->list.next == e)
		wake_up(p);
	pthread_mutex_unlock(&p->lock);
}

void
park_for(struct park *p, struct MHD_Connection *c, long ms)
{
	park_add(p, c, now_ns() + (int64_t)ms * 1000000, -1);
}

void
park_until_gone(struct park *p, struct MHD_Connection *c, int fd)
{
	park_add(p, c, INT64_MAX, fd);
}

void
park_close(struct park *p)
{
	pthread_mutex_lock(&p->lock);
	p->closed = true;
	release_due(p);
	pthread_mutex_unlock(&p->lock);
}

void
park_free(struct park *p)
{
	pthread_mutex_lock(&p->lock);
	p->done = true;
	wake_up(p);
	pthread_mutex_unlock(&p->lock);
	pthread_join(p->thread, NULL);
	pthread_mutex_destroy(&p->lock);
	close(p->epoll);
	close(p->wake);
	free(p);
}
