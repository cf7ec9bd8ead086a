/*
 * A template becomes a record. In it a ' stands for a quote, and % and a
 * letter for a value that is made up: a capital takes a word of a list
 * (words.h), a digit makes a whole number of so many digits, and
 *	%a  the id of the record		%b  true or false
 *	%c  a coordinate, 14 decimals		%d  a date
 *	%h  a token of 32 hex digits		%i  some id above 2^53
 *	%m  money: a decimal like 19.90		%n  null, or some id above 2^53
 *	%r  a rate: a decimal like 0.070	%t  a time with an offset
 *	%u  a UUID
 */
#ifndef TEMPLATE_H
#define TEMPLATE_H

#include <stddef.h>
#include <stdint.h>

#define RECORD_MAX 32768 /* no record with its longest words comes near */

struct record {
	uint64_t rng;
	uint64_t id;
	size_t len;
	char line[RECORD_MAX];
};

/* Empties the record. The same seed and i make the same values. */
void record_begin(struct record *, uint64_t seed, uint64_t i);

/* Appends a template, its values made up. */
void record_put(struct record *, const char *text);

/* A random number below n, which is not 0. */
uint32_t record_below(struct record *, uint32_t n);

/* The k-th id above 2^53: far apart for neighbours, no two the same. */
uint64_t nth_id(uint64_t k);

#endif
