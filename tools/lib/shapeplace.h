/*
 * shapeplace: what shape.c learns of a record and shapefollow.c follows. Theirs
 * alone; shape.h tells what for.
 */
#ifndef SLUICE_SHAPEPLACE_H
#define SLUICE_SHAPEPLACE_H

#include "jsonscan.h"
#include "shape.h"

/*
 * A value, and the text before it. The texts before all lie one behind the
 * other in shape->text, then JSON_NEAR bytes that may be read.
 */
struct shape_place {
	uint32_t len;   /* of the text before it */
	uint32_t rest;  /* of its first JSON_NEAR bytes, those behind len */
	uint32_t guess; /* how long the value is; SHAPE_NO_GUESS */
	unsigned depth; /* objects and arrays around it */
	bool closed;    /* a container is not gone into, whatever it is */
	bool optional;  /* it may be missing, with the text before it */
	struct shape *elements; /* if it was an array of objects */
};

#define SHAPE_NO_GUESS UINT32_MAX

/* Passes over an object at s->p like the one learned; else false. */
bool shape_follow(struct shape *, struct json_scan *s);

/* Expects each value to be as long as that of the record in hand. */
void shape_guess(struct shape *);

/* Learns how the elements of a checked array look, if they are objects. */
void shape_learn_elements(
    const struct shape *, struct shape_place *, struct json_val array);

#endif
