#include "control.h"

#include <stdlib.h>
#include <string.h>

#include "die.h"
#include "home.h"
#include "num.h"

#define TEXT "text/plain"

/* Adds the rules of a body, one a line: all of them, or none. */
static void
add_rules(const struct req *r, struct answer *a, struct plan *plan)
{
	char *lines = need(strndup(r->body ? r->body : "", r->body_len));
	struct plan *trial = plan_new(0);
	struct text err = {0};
	char *line, *rest = lines;
	bool ok = true;

	while (ok && (line = strsep(&rest, "\r\n")) != NULL)
		ok = *line == '\0' || plan_add(trial, line, &err);
	plan_free(trial);
	free(lines);
	if (!ok) {
		answer_start(a, 400, TEXT);
		text_printf(&a->body, "apid: %s\n", err.at);
		text_free(&err);
		return;
	}
	lines = rest = need(strndup(r->body ? r->body : "", r->body_len));
	while ((line = strsep(&rest, "\r\n")) != NULL)
		if (*line != '\0')
			plan_add(plan, line, &err);
	free(lines);
	answer_start(a, 200, TEXT);
	plan_list(plan, &a->body);
}

static void
put_truth(const struct req *r, struct answer *a, const char *what)
{
	char *bytes = NULL;
	size_t n = 0;
	FILE *f = need(open_memstream(&bytes, &n));
	bool known = api_truth(what, r->world, f);

	fclose(f);
	if (known) {
		answer_start(a, 200, "application/x-ndjson");
		text_add(&a->body, bytes, n);
	} else {
		answer_start(a, 404, TEXT);
		text_printf(
		    &a->body, "apid: the truths are %s\n", api_truths());
	}
	free(bytes);
}

/* ?window=MS, a second by default. */
static void
put_arrivals(const struct req *r, struct answer *a, const struct counts *counts)
{
	const char *arg = req_arg(r, "window");
	long window = 1000;

	if (arg != NULL && !num_int(arg, 1, 3600000, &window)) {
		answer_start(a, 400, TEXT);
		text_puts(&a->body, "apid: window=MS is 1 to 3600000\n");
		return;
	}
	answer_start(a, 200, "application/json");
	count_put_arrivals(counts, window, &a->body);
}

/* ?day=N */
static void
set_day(const struct req *r, struct answer *a)
{
	const char *arg = req_arg(r, "day");

	if (arg != NULL && num_int(arg, 0, 1000000, r->world->shops_day)) {
		answer_start(a, 200, TEXT);
		return;
	}
	answer_start(a, 400, TEXT);
	text_puts(&a->body, "apid: day=N is 0 to 1000000\n");
}

static bool
asks(const struct req *r, const char *method, const char *path)
{
	return strcmp(r->method, method) == 0 && strcmp(r->path, path) == 0;
}

void
control_serve(const struct req *r, struct answer *a, struct counts *counts,
    struct plan *plan)
{
	static const char truth[] = CONTROL_PREFIX "truth/";

	if (asks(r, "GET", CONTROL_PREFIX "counts")) {
		answer_start(a, 200, "application/json");
		count_put(counts, &a->body);
	} else if (asks(r, "GET", CONTROL_PREFIX "requests")) {
		answer_start(a, 200, "application/x-ndjson");
		count_put_log(counts, &a->body);
	} else if (asks(r, "GET", CONTROL_PREFIX "arrivals")) {
		put_arrivals(r, a, counts);
	} else if (asks(r, "POST", CONTROL_PREFIX "reset")) {
		answer_start(a, 200, TEXT);
		count_reset(counts);
		plan_restart(plan);
	} else if (asks(r, "GET", CONTROL_PREFIX "home")) {
		answer_start(a, 200, "application/json");
		home_put(r->world->home, &a->body);
	} else if (asks(r, "DELETE", CONTROL_PREFIX "home")) {
		answer_start(a, 200, TEXT);
		home_reset(r->world->home);
	} else if (asks(r, "POST", CONTROL_PREFIX "shops")) {
		set_day(r, a);
	} else if (asks(r, "GET", CONTROL_PREFIX "fault")) {
		answer_start(a, 200, TEXT);
		plan_list(plan, &a->body);
	} else if (asks(r, "POST", CONTROL_PREFIX "fault")) {
		add_rules(r, a, plan);
	} else if (asks(r, "DELETE", CONTROL_PREFIX "fault")) {
		answer_start(a, 200, TEXT);
		plan_clear(plan);
	} else if (strcmp(r->method, "GET") == 0 &&
		   strncmp(r->path, truth, strlen(truth)) == 0) {
		put_truth(r, a, r->path + strlen(truth));
	} else {
		answer_start(a, 404, TEXT);
		text_puts(&a->body,
		    "apid: the control path has GET counts, GET requests, "
		    "GET arrivals, POST reset, GET, POST and DELETE fault, "
		    "GET and DELETE home, POST shops?day=N, GET truth/NAME\n");
	}
}
