#ifndef APID_DIE_H
#define APID_DIE_H

/*
 * How apid ends when it cannot go on: one message on standard error, and an
 * exit status of <sysexits.h>.
 */

/* Prints "apid: " and the message, and exits with status. */
_Noreturn void die(int status, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* Returns p, or ends the process if it is NULL: for what malloc gave. */
void *need(void *p);

#endif
