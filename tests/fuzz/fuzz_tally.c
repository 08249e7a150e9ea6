/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * zt-link: daemon/tally
 *
 * Any bytes as a stored chunk of the history: the first one chooses the step.
 * Refused, or taken; one that is taken encodes to bytes that decode to the
 * same chunk.
 */
#include <stdlib.h>
#include <string.h>

#include "daemon/tally.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static uint8_t buf[TALLY_CHUNK_BYTES];
	static struct tally_chunk a, b;
	enum tally_step step;
	size_t out;

	if (n == 0 || data[0] >= TALLY_STEPS)
		return 0;
	step = (enum tally_step)data[0];
	if (!tally_chunk_decode(step, data, n, &a))
		return 0;
	out = tally_chunk_encode(step, &a, buf, sizeof(buf));
	if (out == 0 || !tally_chunk_decode(step, buf, out, &b) ||
	    memcmp(&a, &b, sizeof(a)) != 0)
		abort();
	return 0;
}
