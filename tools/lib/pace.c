/* pace: turns and holds of an origin. */
#include "pace.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "buf.h"
#include "pacefile.h"

struct pace {
	struct pace *next;
	char *origin;
	struct pace_rate rate;
	struct pacefile file;
};

/* Who is at the gate, which one process is at one of at a time. */
static struct {
	struct pace *of; /* NULL: nobody */
	struct pacetimes times;
	int64_t turn;
} gate;

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
	pacefile_open(&p->file, p->origin);
	p->next = *list;
	return *list = p;
}

void
pace_free(struct pace *p)
{
	struct pace *next;

	pace_leave();
	for (; p; p = next) {
		next = p->next;
		pacefile_close(&p->file);
		free(p->origin);
		free(p);
	}
}

/* Nanoseconds between two requests, and those that a burst may be ahead. */
static int64_t
gap_of(const struct pace *p)
{
	return (int64_t)(1e9 / p->rate.per_second);
}

static int64_t
slack_of(const struct pace *p)
{
	return (int64_t)((p->rate.burst - 1) * (double)gap_of(p));
}

double
pace_next(struct pace *p, int64_t *turn)
{
	struct pacetimes t;
	int64_t now, go;

	*turn = 0;
	/* Without a rate there is nothing to write down. */
	if (!p || p->rate.per_second <= 0)
		return pace_held(p);
	pacefile_take(&p->file, &t);
	now = pacefile_now();
	go = t.hold > now ? t.hold : now;
	if (t.slot < go)
		t.slot = go;
	if (t.slot - slack_of(p) > go)
		go = t.slot - slack_of(p);
	t.slot += gap_of(p);
	pacefile_give(&p->file, &t);
	*turn = go;
	return (double)(go - now) / 1e9;
}

static void
sleep_ns(int64_t ns)
{
	struct timespec t = {ns / 1000000000, ns % 1000000000};

	nanosleep(&t, NULL);
}

void
pace_enter(struct pace *p, int64_t turn)
{
	int64_t early;

	pace_leave();
	if (!p || p->rate.per_second <= 0)
		return;
	for (;;) {
		pacefile_take(&p->file, &gate.times);
		early = gate.times.sent - slack_of(p) - pacefile_now();
		if (early <= 0)
			break;
		pacefile_give(&p->file, NULL);
		sleep_ns(early);
	}
	gate.of = p;
	gate.turn = turn;
}

void
pace_leave(void)
{
	struct pace *p = gate.of;
	struct pacetimes *t = &gate.times;
	int64_t gap, at;

	if (!p)
		return;
	gate.of = NULL;
	gap = gap_of(p);
	/* It may be late by so much, and costs nobody a turn. */
	at = pacefile_now() - gap;
	if (at < gate.turn)
		at = gate.turn;
	if (t->sent < gate.turn)
		t->sent = gate.turn;
	/* All turns to come are later by what is lost. */
	if (t->sent < at) {
		t->slot += at - t->sent;
		t->sent = at;
	}
	t->sent += gap;
	if (t->slot < t->sent)
		t->slot = t->sent;
	pacefile_give(&p->file, t);
}

double
pace_held(struct pace *p)
{
	struct pacetimes t;
	int64_t now;

	if (!p)
		return 0;
	pacefile_look(&p->file, &t);
	now = pacefile_now();
	return t.hold > now ? (double)(t.hold - now) / 1e9 : 0;
}

void
pace_hold(struct pace *p, double seconds)
{
	struct pacetimes t;
	int64_t until = pacefile_now() + (int64_t)(seconds * 1e9);

	if (!p)
		return;
	pacefile_take(&p->file, &t);
	if (until > t.hold)
		t.hold = until;
	pacefile_give(&p->file, &t);
}
